import gzip
import time
from pathlib import Path

import numpy as np
import pytest

from orca.data.conll_columns import read_columns
from orca.data.proxies import conll2000, conll2003
from orca.data.proxy import PROXIES, Images, Texts, read_proxy
from orca.data.status import add_source
from orca.errors import DataError
from tests.data import fixtures_nas_bench_360, fixtures_tables


@pytest.fixture
def raw(tmp_path):
    """Every proxy's raw file in its true format."""
    fixtures_nas_bench_360.cifar(
        tmp_path / "cifar-10-python.tar.gz",
        {f"data_batch_{n}": 40 for n in range(1, 6)} | {"test_batch": 10},
        label_key="labels", classes=10,
    )  # fmt: skip
    fixtures_tables.conll_2000(tmp_path / "train.txt.gz", 20)
    fixtures_tables.conll_2003(tmp_path / "train.txt", 20)
    return tmp_path


@pytest.mark.parametrize("name", PROXIES)
def test_every_proxy_gives_a_label_of_a_named_class_per_sample(name, raw):
    data = read_proxy(name, raw)
    proxy = PROXIES[name]
    assert isinstance(data, Texts if proxy.kind == "text" else Images)
    samples = data.texts if isinstance(data, Texts) else data.images
    assert len(samples) == len(data.labels)
    assert set(data.labels.tolist()) == set(range(len(data.names)))
    assert bool(proxy.mean) == (proxy.kind == "image")
    if not proxy.files:
        assert len(samples) == proxy.samples


@pytest.mark.parametrize("name", PROXIES)
def test_every_proxy_is_the_same_each_time_also_later(name, raw, monkeypatch):
    one, later = read_proxy(name, raw), time.time() + 1e7
    monkeypatch.setattr(time, "time", lambda: later)
    two = read_proxy(name, raw)
    np.testing.assert_array_equal(one.labels, two.labels)
    if isinstance(one, Texts):
        assert one.texts == two.texts


def test_the_sentences_of_our_own_are_many_balanced_and_not_conll():
    data = read_proxy("synthetic_ner", Path())
    assert len(data.texts) >= 3000
    assert len(data.names) >= 7
    counts = np.bincount(data.labels)
    assert counts.min() == counts.max()
    assert len(set(data.texts)) > 0.9 * len(data.texts)
    assert "not CoNLL" in PROXIES["synthetic_ner"].title


def test_spans_are_the_chunks_and_the_words_between_them(raw):
    sentence = read_columns(raw / "train.txt.gz", column=2)[0]
    found = [(tag, " ".join(word for word, _ in words)) for tag, words in conll2000.spans(sentence)]
    assert found == [
        ("NP", "Confidence"), ("PP", "in"), ("NP", "the pound"), ("VP", "is widely expected"),
        ("O", "."),
    ]  # fmt: skip


def test_conll2003_words_have_their_nine_tags(raw):
    data = read_proxy("conll2003", raw)
    assert set(data.names) == {
        "O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"
    }  # fmt: skip
    persons = [t for t, n in zip(data.texts, data.labels, strict=True) if data.names[n] == "B-PER"]
    assert set(persons) == {"Phil"}


@pytest.mark.parametrize("copy", ["eng.train", "train.txt", "conll2003.zip", "0000.parquet"])
def test_conll2003_is_taken_from_every_copy_that_holds_it(copy, tmp_path, monkeypatch):
    brought = tmp_path / "brought" / copy
    brought.parent.mkdir()
    fixtures_tables.conll_2003(brought, 20)
    other = {"sentences": 40, "tokens": 260, "ORG": 40, "MISC": 20, "PER": 20, "LOC": 20}
    with pytest.raises(DataError, match="it holds {'sentences': 40, 'tokens': 260,"):
        add_source("conll2003", brought, tmp_path)
    monkeypatch.setattr(conll2003, "TRAINING_PART", other)
    (taken,) = add_source("conll2003", brought, tmp_path)
    fixtures_tables.conll_2003(tmp_path / "train.txt", 20)
    assert read_proxy("conll2003", taken.parent).texts == read_proxy("conll2003", tmp_path).texts


def test_conll2003_gives_5000_words_as_even_as_can_be(tmp_path):
    fixtures_tables.conll_2003(tmp_path / "train.txt", 600)
    data = read_proxy("conll2003", tmp_path)
    counts = np.bincount(data.labels)
    assert PROXIES["conll2003"].samples == 5000
    assert set(counts.tolist()) <= {555, 556}


def test_cifar10_is_drawn_from_the_training_batches(raw):
    data = read_proxy("cifar10", raw)
    assert data.images.shape == (200, 3, 32, 32)
    assert len(data.names) == 10


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"train\.txt\.gz"),
        (b"<html>", r"train\.txt\.gz"),
        (b"\x1f\x8b\x08", r"train\.txt\.gz"),
        (gzip.compress(b"Confidence NN\n", mtime=0), "fewer than 3 columns"),
    ],
)
def test_damaged_columns_are_named(tmp_path, content, said):
    (tmp_path / "train.txt.gz").write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_proxy("conll2000", tmp_path)
