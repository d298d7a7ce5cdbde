"""Whatever a JSON or YAML file holds, reading it gives keys and values or one clear error."""

import os

import pytest

from orca.errors import DataError
from orca.text_files import DEEPEST, LARGEST_BYTES, found_json, read_mapping

DEEP = b'{"a":' * (DEEPEST + 2) + b"1" + b"}" * (DEEPEST + 2)
FAR_TOO_DEEP = b'{"a":' * 200_000
LAUGHS = "\n".join(
    ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
).encode()
BAD = {
    "empty": b"",
    "no object": b"[1]",
    "cut short": b'{"a": 1',
    "no UTF-8": b'{"a": "\xff"}',
    "zero bytes": b"\0" * 100,
    "nan": b'{"a": NaN}',
    "infinite": b'{"a": 1e999}',
    "half a letter": b'{"a": "\\ud800"}',
    "a number of many digits": b'{"a": ' + b"9" * 10_000 + b"}",
    "deep": DEEP,
    "far too deep": FAR_TOO_DEEP,
    "large": b" " * (LARGEST_BYTES + 1),
}
BAD_YAML = {
    "laughs": LAUGHS,
    "itself": b"a: &a [*a]",
    "a tag": b"a: !!python/object/apply:os.system [ls]",
    "no date": b"a: 2001-99-99",
    "no number": b'a: !!int ""',
    "a list as a key": b"? [a]\n: 1",
    "deep": b"a: " + b"[" * 5000,
    "far too deep": b"[" * 100_000,
    "deep by its lines": b"".join(b" " * n + b"a:\n" for n in range(200)),
    "no UTF-8": b"a: \xff",
    "nan": b"a: .nan",
}


@pytest.mark.parametrize(
    ("ending", "content"),
    [(".json", content) for content in BAD.values()]
    + [(".yaml", content) for content in BAD_YAML.values()],
    ids=[*BAD, *(f"yaml: {name}" for name in BAD_YAML)],
)
def test_what_holds_no_keys_and_values_is_one_clear_error(ending, content, tmp_path):
    path = tmp_path / f"x{ending}"
    path.write_bytes(content)
    with pytest.raises(DataError) as fault:
        read_mapping(path, mend="make it again", error=DataError)
    assert fault.value.where == str(path)
    assert "\n" not in fault.value.what
    assert len(fault.value.what) < 500
    assert found_json(path) == {}


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to(path)])
def test_what_is_no_file_is_one_clear_error(make, tmp_path):
    make(tmp_path / "x.json")
    with pytest.raises(DataError, match="x.json: it cannot be read"):
        read_mapping(tmp_path / "x.json", mend="make it again", error=DataError)


def test_what_is_well_formed_is_read(tmp_path):
    (tmp_path / "x.json").write_text('{"a": [1, {"b": "ö"}], "c": null}', encoding="utf-8")
    (tmp_path / "x.yaml").write_text("a: &a [1, {b: ö}]\nc: *a\n", encoding="utf-8")
    assert read_mapping(tmp_path / "x.json", mend="") == {"a": [1, {"b": "ö"}], "c": None}
    assert read_mapping(tmp_path / "x.yaml", mend="")["c"] == [1, {"b": "ö"}]
