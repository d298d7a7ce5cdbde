"""What later steps read is the same bytes each time that it is made: no clock, no chance in it."""

import numpy as np
import pytest
import torch

from orca.alignment.distance import DISTANCES
from orca.data.proxy import Texts
from orca.training import embed_source as embedding
from orca.training.batches import seeded
from orca.training.source_terms import source_terms
from orca.training.tensor_file import read_tensors
from tests.training.toys import CPU, make_align, make_finetune, run


@pytest.fixture
def made_up_source(monkeypatch):
    """A proxy and a body's embedding of it that take no time."""
    data = Texts(
        tuple(f"w{number}" for number in range(40)), np.arange(40) % 4, ("a", "b", "c", "d")
    )
    features = torch.randn(40, 6, generator=seeded(3))
    monkeypatch.setattr(embedding, "read_proxy", lambda proxy, raw: data)
    monkeypatch.setattr(
        embedding, "embed", lambda body, weights, drawn, device: features[: len(drawn)]
    )
    monkeypatch.setattr(
        embedding, "to_numbers", lambda body, weights, drawn: torch.zeros(len(drawn), 2)
    )


@pytest.mark.usefixtures("made_up_source")
def test_source_features_and_terms_are_the_same_bytes_each_time(tmp_path):
    made = {}
    for folder in (tmp_path / "one", tmp_path / "other"):
        source = folder / "source.safetensors"
        embedding.embed_source(
            "minilm", "conll2003", weights=folder, raw=folder, out=source, samples=30, device=CPU
        )
        for name in DISTANCES:
            settings, out = DISTANCES[name].settings(), folder / f"{name}.safetensors"
            source_terms(name, source=source, settings=settings, out=out, device=CPU)
        made[folder.name] = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(made["one"]) == 1 + len(DISTANCES)
    assert made["one"] == made["other"]
    assert "seconds" not in str(read_tensors(tmp_path / "one/source.safetensors")[1])


def test_embedders_and_weights_are_the_same_bytes_each_time(tmp_path):
    for make, name in ((make_align, "embedder"), (make_finetune, "weights")):
        (one,), (other,) = (run(make(tmp_path / name, epochs=1), tmp_path / name / n) for n in "ab")
        file = f"{name}.safetensors"
        assert (one / file).read_bytes() == (other / file).read_bytes()
