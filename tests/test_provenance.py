import ast
import math
import re

import pytest

from orca import code_digest, provenance
from orca.code_digest import _closure, _imports, _read, package_digest, used_code
from orca.provenance import digest_of, file_digest, write_json
from orca.training.tensor_file import write_tensors


def forget():
    for kept in (_closure, _imports, _read, used_code, package_digest):
        kept.cache_clear()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Return what writes modules of a made-up package and gives the code that `a.py` uses."""
    monkeypatch.setattr(code_digest, "PACKAGE", tmp_path / "orca")

    def used(**sources: str):
        for name, source in sources.items():
            path = re.sub("__(?=[a-z_])", "/", name, count=1)
            file = tmp_path / "orca" / f"{path}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source)
        forget()
        return used_code("a.py")

    yield used
    forget()


def test_a_changed_formula_changes_the_digest_and_rewording_does_not(package):
    plain = package(a="def f(x):\n    return x + 1\n")
    told = '"""Module."""\n# why\ndef f( x ):\n    """Add."""\n    return x + 1\n'
    assert package(a=told) == plain
    assert package(a="def f(x):\n    return x + 2\n").digest != plain.digest


def test_the_code_that_a_module_uses_is_found_through_its_imports(package):
    first = package(
        a="def f():\n    from orca.data import b\n",
        data__b="from orca.data.c import x\n",
        data__c="x = 1\n",
        apart="x = 1\n",
    )
    assert package(apart="x = 2\n") == first
    assert package(data__c="x = 2\n") != first


def test_relative_imports_and_packages_count_too(package):
    first = package(
        a="from orca.data import b\n",
        data__b="from .c import x\nfrom . import d\n",
        data__c="x = 1\n",
        data__d="x = 1\n",
        data____init__="x = 1\n",
    )
    for changed in ("data__c", "data__d", "data____init__"):
        assert package(**{changed: "x = 2\n"}) != first
        assert package(**{changed: "x = 1\n"}) == first


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING"])
def test_an_import_for_types_only_is_no_code_and_what_else_runs_is(package, test):
    chosen = "if {}:\n    from orca import b\nelse:\n    from orca import c\n"
    first = package(a=chosen.format(test), b="x = 1\n", c="x = 1\n")
    assert package(b="x = 2\n") == first
    assert package(c="x = 2\n") != first
    ordinary = package(a=chosen.format("CHECKING"), c="x = 1\n")
    assert package(b="x = 3\n") != ordinary


@pytest.mark.parametrize("file", sorted(code_digest.PACKAGE.rglob("settings.py")))
def test_modules_of_settings_hold_no_code(file):
    if file.parent == code_digest.PACKAGE:
        return  # the base class and what reads files
    tree = ast.parse(file.read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def test_declarations_of_settings_are_no_code_but_their_names_are_told(package):
    first = package(
        a="from orca.data.settings import S\ndef f(s):\n    return s.epochs\n",
        data__settings="class S:\n    epochs = 1\n",
    )
    assert package(data__settings="class S:\n    epochs = 1\n    rounds = 2\n") == first
    assert "epochs" in first.attributes
    assert "rounds" not in first.attributes


def test_equal_values_have_equal_digests_whatever_their_order():
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1}) != digest_of({"a": 1})


@pytest.mark.parametrize("number", [math.inf, math.nan])
def test_a_number_that_no_reader_takes_is_not_written(tmp_path, number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "run.json", {"best": number})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_tensors(tmp_path / "checkpoint.safetensors", {}, {"best": number})
    assert not list(tmp_path.iterdir())


def test_a_file_digest_is_its_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert file_digest(tmp_path / "x").startswith("ba7816bf8f01cfea414140de5dae2223")


def test_a_large_file_s_digest_is_kept_until_the_file_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "KEPT_BYTES", 10)
    path, read = tmp_path / "fit.h5", []
    whole = provenance.file_digest
    monkeypatch.setattr(provenance, "file_digest", lambda path: read.append(path) or whole(path))
    path.write_text("a" * 20)
    first = provenance.kept_digest(path)
    assert provenance.kept_digest(path) == first == whole(path)
    assert len(read) == 1
    path.write_text("b" * 20)
    assert provenance.kept_digest(path) == whole(path) != first
    (tmp_path / ".fit.h5.sha256").write_text("damaged")
    assert provenance.kept_digest(path) == whole(path)
    assert len(read) == 3
