import gzip
import io
import os
import pickle

import numpy as np
import pytest

from orca.data.safe_pickle import load_npy, load_npy_file, load_pickle, load_pickle_file
from orca.errors import DataError
from tests.data.fixtures_nas_bench_360 import python_2_pickle


class Malicious:
    """Pickled, it asks to make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


PLAIN = {
    "numbers": np.arange(12.0).reshape(3, 4),
    "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "texts": np.array(["N", "A"]),
    "half": np.float16([1.5]),
    "one": np.float64(2.5),
    "nested": [("a", 1), {"b": b"bytes", "c": None}, (True, 2.5, -(10**9))],
}


def same(one, other):
    for key, value in one.items():
        np.testing.assert_array_equal(np.asarray(other[key], object), np.asarray(value, object))


@pytest.mark.parametrize("protocol", range(6))
def test_arrays_and_containers_survive_every_protocol(protocol):
    pickled = io.BytesIO(pickle.dumps(PLAIN, protocol=protocol))
    same(PLAIN, load_pickle(pickled, where="here"))


def test_ragged_arrays_of_objects_survive():
    ragged = np.empty(2, dtype=object)
    ragged[:] = [np.arange(3), np.arange(5)]
    read = load_pickle(io.BytesIO(pickle.dumps(ragged)), where="here")
    assert [list(row) for row in read] == [[0, 1, 2], [0, 1, 2, 3, 4]]


def test_texts_and_arrays_of_python_2_are_read():
    pickled = python_2_pickle({b"data": np.arange(300), b"name": b"\xe9"})
    read = load_pickle(io.BytesIO(pickled), where="here")
    np.testing.assert_array_equal(read["data"], np.arange(300))
    assert read["name"] == "é"


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"data": [x]}, lambda x: (1, (x,))])
def test_a_malicious_pickle_is_refused_and_runs_nothing(tmp_path, wrap):
    target = tmp_path / "made by the pickle"
    path = tmp_path / "bad.pkl"
    path.write_bytes(pickle.dumps(wrap(Malicious(target))))
    with pytest.raises(DataError, match="mkdir") as fault:
        load_pickle_file(path)
    assert "bad.pkl" in fault.value.where
    assert "run code" in fault.value.mend
    assert not target.exists()


def test_a_malicious_array_of_objects_is_refused(tmp_path):
    target = tmp_path / "made by the pickle"
    array = np.empty(1, dtype=object)
    array[0] = Malicious(target)
    np.save(tmp_path / "bad.npy", array, allow_pickle=True)
    with pytest.raises(DataError, match="mkdir"):
        load_npy_file(tmp_path / "bad.npy")
    assert not target.exists()


NDARRAY = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tC\x01btR"


def text(content):
    return b"X" + len(content).to_bytes(4, "little") + content.encode()


def raw(content):
    return b"B" + len(content).to_bytes(4, "little") + content


def kind(code, order="|"):
    begun = b"cnumpy\ndtype\n(" + text(code) + b"\x89\x88tR"
    return begun + b"(K\x03" + text(order) + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"


def state(shape, code, content, order="|"):
    return b"(K\x01" + shape + kind(code, order) + b"\x89" + content + b"tb"


def array(shape, code, content, order="|"):
    return NDARRAY + state(shape, code, content, order)


NAMES = (
    b"builtins\neval", b"builtins\ngetattr", b"numpy\nload", b"numpy.lib\nsave", b"os\nsystem",
    b"posix\nsystem", b"_codecs\ndecode", b"operator\nattrgetter", b"numpy.testing\nrun_module",
)  # fmt: skip
REFUSED = {
    **{f"the name {name!r}": (b"c" + name + b"\n.", "it asks for") for name in NAMES},
    # Numpy's own arrays, told this state, read memory at 0x4141414141414141.
    "a kind that turns numbers into addresses": (
        array(b"(K\x01t", "O8", raw(b"A" * 8)) + b".", "no pickle of plain arrays"
    ),
    "a call of numpy's array": (
        b"\x80\x02cnumpy\nndarray\n((K\x01tX\x01\x00\x00\x00OtR.", "no pickle of plain arrays"
    ),
    "codecs through old bytes": (b"c_codecs\nencode\n(Vtext\nVzip\ntR.", "asks for _codecs.encode"),
}  # fmt: skip


@pytest.mark.parametrize(("program", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_asks_for_more_than_arrays_is_refused(program, said):
    with pytest.raises(DataError, match=said):
        load_pickle(io.BytesIO(program), where="here")


@pytest.mark.parametrize(
    "asked",
    [
        np.zeros(2, [("a", "O"), ("b", "i4")]),
        np.zeros(2, "V8"),
        np.array(["2020-01-01"], "M8[D]"),
        np.ma.masked_array([1.0], [True]),
        np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    ],
)
@pytest.mark.parametrize("protocol", [2, 5])
def test_arrays_of_anything_but_plain_values_are_refused(asked, protocol):
    with pytest.raises(DataError, match="asks for"):
        load_pickle(io.BytesIO(pickle.dumps(asked, protocol)), where="here")


def test_gzipped_pickles_are_read(tmp_path):
    with gzip.open(tmp_path / "a.gz", "wb") as file:
        pickle.dump({"x": np.arange(3)}, file)
    assert load_pickle_file(tmp_path / "a.gz")["x"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("content", [b"", b"\x80\x04", b"<html>", b"\x1f\x8b\x08\x00"])
def test_what_is_no_pickle_is_refused(tmp_path, content):
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(DataError, match="no pickle of plain arrays"):
        load_pickle_file(tmp_path / "a.pkl")


def test_a_missing_file_says_how_to_get_it(tmp_path):
    with pytest.raises(DataError, match="fetch it"):
        load_pickle_file(tmp_path / "gone.pkl")


@pytest.mark.parametrize("array", [np.arange(6).reshape(2, 3), np.ones((3, 2), order="F")])
def test_npy_files_are_read_in_either_order(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(load_npy_file(tmp_path / "a.npy"), array)


def test_an_npy_file_cut_short_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(100))
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-8])
    with pytest.raises(DataError, match="cut short"):
        load_npy_file(tmp_path / "a.npy")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x02\x00", b"\x93NUMPY\x01\x00\x05\x00((((\n"])
def test_what_is_no_npy_file_is_refused(content):
    with pytest.raises(DataError, match="no npy file"):
        load_npy(io.BytesIO(content), where="here")


def test_a_fault_states_its_byte():
    with pytest.raises(DataError) as fault:
        load_pickle(io.BytesIO(b"\x80\x02]K\x07\x82\x01."), where="here")
    assert fault.value.where == "here, byte 7"
