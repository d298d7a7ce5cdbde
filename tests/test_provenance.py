import pytest

from orca import provenance
from orca.errors import StateError
from orca.provenance import _read, atomic, code_digest, environment, file_digest, used_code


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    (tmp_path / "part").mkdir()

    def digest(source):
        code_digest.cache_clear()
        _read.cache_clear()
        (tmp_path / "part/module.py").write_text(source)
        return code_digest("part")

    yield digest
    code_digest.cache_clear()


def test_rewording_changes_no_digest(package):
    plain = package("def f(x):\n    return x + 1\n")
    assert plain == package('"""Module."""\n# why\ndef f( x ):\n    """Add."""\n    return x + 1\n')


def test_a_changed_formula_changes_the_digest(package):
    assert package("def f(x):\n    return x + 1\n") != package("def f(x):\n    return x + 2\n")


def test_a_part_without_code_is_an_error(package):
    package("x = 1\n")
    with pytest.raises(FileNotFoundError):
        code_digest("nothing_here")


def test_an_atomic_file_that_fails_leaves_the_old_one(tmp_path):
    path = tmp_path / "x"
    path.write_text("old")
    with pytest.raises(ValueError, match="stop"), atomic(path) as temporary:
        temporary.write_text("new")
        raise ValueError("stop")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(StateError, match="cannot be written"), atomic(tmp_path / "x") as temporary:
        temporary.write_text("new")
        raise OSError(28, "No space left on device")


def test_a_file_digest_is_its_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert file_digest(tmp_path / "x").startswith("ba7816bf8f01cfea414140de5dae2223")


def test_the_environment_names_versions():
    assert environment()["versions"]["torch"] != "not installed"


def test_the_code_that_a_module_uses_is_found_through_its_imports(tmp_path, monkeypatch):
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "orca")
    (tmp_path / "orca/data").mkdir(parents=True)
    (tmp_path / "orca/a.py").write_text("def f():\n    from orca.data import b\n")
    (tmp_path / "orca/data/c.py").write_text("x = 1\n")
    (tmp_path / "orca/apart.py").write_text("x = 1\n")

    def digest(**sources: str) -> str:
        for name, source in sources.items():
            (tmp_path / "orca" / f"{name.replace('_', '/')}.py").write_text(source)
        code_digest.cache_clear()
        _read.cache_clear()
        used_code.cache_clear()
        return used_code("a.py")

    first = digest(data_b="from orca.data.c import x\n")
    assert digest(apart="x = 2\n") == first
    assert digest(data_c="x = 2\n") != first
    code_digest.cache_clear()
    used_code.cache_clear()
