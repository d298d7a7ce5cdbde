"""What later steps read is the same bytes each time that it is made: no clock, no chance in it."""

import numpy as np
import pytest
import torch

from orca.alignment.distance import DISTANCES
from orca.cli import orca
from orca.data.proxy import Texts
from orca.training import embed_source as embedding
from orca.training.batches import seeded
from orca.training.source_terms import source_terms
from orca.training.tensor_file import read_tensors
from orca.tuning import search
from orca.tuning.best import close
from tests.training.toys import CPU, make_align, make_finetune, run
from tests.tuning.test_search import made_up
from tests.tuning.toy_search import make_search


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
        found = embedding.embed_source(
            "minilm", "synthetic_ner", weights=folder, raw=folder, samples=30, device=CPU
        )
        found.write(source)
        for name in DISTANCES:
            settings, out = DISTANCES[name].settings(), folder / f"{name}.safetensors"
            source_terms(name, source=source, settings=settings, out=out, device=CPU)
        made[folder.name] = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(made["one"]) == 1 + len(DISTANCES)
    assert made["one"] == made["other"]
    assert "seconds" not in str(read_tensors(tmp_path / "one/source.safetensors")[1])


def test_embedders_and_weights_are_the_same_bytes_each_time_and_others_by_another_seed(tmp_path):
    for make, name in ((make_align, "embedder"), (make_finetune, "weights")):
        step, file = make(tmp_path / name, epochs=1), f"{name}.safetensors"
        (one, other_seed), (again,) = (
            run(step, tmp_path / name / out, seeds) for out, seeds in (("a", (0, 1)), ("b", (0,)))
        )
        assert (one / file).read_bytes() == (again / file).read_bytes()
        assert (one / file).read_bytes() != (other_seed / file).read_bytes()


@pytest.mark.slow
def test_what_a_search_leaves_is_the_same_bytes_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "train", made_up)
    one, other = (tmp_path / name for name in ("one", "other"))
    for folder in (one, other):
        found = make_search(folder)
        found.work()
        close(found, folder / "out")
    names = sorted(path.name for path in (one / "out").iterdir())
    assert {"best.yaml", "trials.svg", "trials.pdf", "trials.png"} <= {*names}
    for name in set(names) - {"trials.csv"}:  # whose seconds are measured; no step reads it
        assert (one / "out" / name).read_bytes() == (other / "out" / name).read_bytes(), name


def test_tables_are_the_same_bytes_each_time(tmp_path, monkeypatch):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        orca(["tabulate", "demo"], standalone_mode=False)
    made = sorted(path.name for path in (tmp_path / "one/results/tables").iterdir())
    assert {"demo.md", "demo.csv", "demo.tex", "demo.html", "demo.json"} <= {*made}
    for name in made:
        one, other = (tmp_path / n / "results/tables" / name for n in ("one", "other"))
        assert one.read_bytes() == other.read_bytes(), name
