"""Pickles that were made to do harm, and damaged ones: each in a process of its own."""

import ast
import copyreg
import io
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from orca.data.safe_pickle import load_npy, load_pickle
from orca.errors import DataError
from tests.data.fixtures_nas_bench_360 import python_2_pickle
from tests.data.test_safe_pickle import NDARRAY, PLAIN, array, kind, raw, state, text

GIB = 1024**3


def scalar(number):
    """Return one of numpy's numbers below 256, whose products wrap around at 256."""
    return b"cnumpy.core.multiarray\nscalar\n(" + kind("u1") + raw(bytes([number])) + b"tR"


def doubled(first, join, times):
    """Return a value that holds the one before twice, and so on."""
    return first + b"".join(b"q\x00" + join for _ in range(times))


def numbered(number):
    return number.to_bytes(4, "little")


OF_ONE = b"(K\x01t"
RECALLED = (
    b"cnumpy.core.multiarray\n_reconstruct\nq\x01(cnumpy\nndarray\n(K\x00tC\x01btq\x02"
    + kind("O8") + b"q\x03" + OF_ONE + b"q\x04"
)  # fmt: skip
"""What begins an array is stored as 1, its arguments as 2; objects as 3, a shape as 4."""

PAIRS = doubled(b")", b"h\x00\x86", 60)
CRAFTED = {
    "numbers of numpy in a shape": array(b"(" + scalar(16) * 2 + b"t", "O8", b"]"),
    "an array of numbers over one of objects": (
        b"cnumpy.core.numeric\n_frombuffer\n(" + array(OF_ONE, "O8", b"](Ne")
        + kind("i8", "<") + OF_ONE + text("C") + b"tR"
    ),
    "objects out of bytes": array(b"(K\x01t", "O8", raw(b"A" * 8)),
    "a second BUILD": array(b"(K\x02t", "u1", raw(b"ab")) + state(b"(K\x01t", "u1", raw(b"c")),
    "a second BUILD of what was copied": (
        NDARRAY + b"q\x01" + state(b"(K\x01t", "u1", raw(b"a"))
        + b"h\x01" + state(b"(K\x01t", "u1", raw(b"b"))
    ),
    "BUILD of a function": b"c_codecs\nencode\n}" + text("__defaults__") + b"Nsb",
    "an extension": b"\x82\xf0" + b"(" + text("true") + b"tR",
    "a key of a million tuples": b"})" + b"\x85" * 10**6 + b"Ns",
    "a million tuples": b")" + b"\x85" * 10**6,
    "shared nested keys": b"}" + PAIRS + b"Ns",
    "shared nested values": PAIRS,
    "lists of lists, ten times each": doubled(b"]", b"](" + b"h\x00" * 10 + b"e", 9),
    "a list in itself": b"]q\x00h\x00a",
    "keys that are numbers": b"}K\x01K\x02s",
    "nested arrays of objects": array(OF_ONE, "O8", b"](" + array(OF_ONE, "O8", b"](Ne") + b"e"),
    "lists and arrays of objects in turn": (
        RECALLED + b"]q\x00" + b"](h\x01h\x02R(K\x01h\x04h\x03\x89](h\x00etbeq\x00" * 60_000
    ),
    "arrays of objects that are filled from the last to the first": (
        RECALLED + b"".join(b"h\x01h\x02Rr" + numbered(n) for n in range(5, 50_000))
        + b"".join(
            b"j" + numbered(n) + b"(K\x01h\x04h\x03\x89](j" + numbered(n - 1) + b"etb"
            for n in range(49_999, 5, -1)
        )
    ),
    "a truth that is neither": array(b"(K\x02t", "b1", raw(b"\x01\x7f")),
    "a character that is none": array(b")", "U1", raw(b"\xff" * 4), "<"),
    "an axis of minus one": array(b"(J\xff\xff\xff\xfft", "u1", raw(b"ab")),
    "a truth as an axis": array(b"(\x88t", "u1", raw(b"a")),
    "33 axes": array(b"(" + b"K\x01" * 33 + b"t", "u1", raw(b"a")),
    "more content than the shape has": array(b"(K\x01t", "u1", raw(b"ab")),
    "an array that is never finished": NDARRAY,
    "a kind as the content": kind("u1"),
    "bytes of which most are missing": b"B\x00\x00\x00\x40abc",
    "more bytes than any machine has": b"\x8e" + b"\xff" * 7 + b"\x7fabc",
    "copies of one text without end": (
        text("a" * 10**7) + b"q\x00c_codecs\nencode\nq\x01(h\x00" + text("latin1") + b"tq\x02"
        + b"h\x01h\x02R" * 1000
    ),
    "a stack that is empty": b"R",
    "a mark that is missing": b"t",
    "a value that was never stored": b"h\x07",
}  # fmt: skip


def in_a_child(call, *, seconds):
    """Call a function of this file in a process of 2 GiB; a crash or a hang shows as a failure."""
    root = Path(__file__).parents[2]
    limit = f"resource.setrlimit(resource.RLIMIT_AS, (2 * {GIB}, 2 * {GIB}))"
    program = f"import resource; {limit}; import tests.data.test_crafted_pickles as t; t.{call}"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=root, env=os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"},
        timeout=seconds, capture_output=True, text=True, check=False,
    )  # fmt: skip


def outcome(pickled, load=load_pickle):
    """Return what is said against a pickle; without a fault, use what it holds."""
    try:
        content = load(io.BytesIO(pickled), where="here")
    except DataError as fault:
        return fault.what
    repr(content)
    pickle.dumps(content)
    np.asarray(content, object).ravel()
    return "read"


def refuse_crafted():
    copyreg.add_extension("posixpath", "exists", 0xF0)
    pickle.loads(b"\x80\x02\x82\xf0.")  # from now on in a store that is asked before any check
    for name, program in CRAFTED.items():
        signal.alarm(120)  # ends the process
        sys.stdout.write(f"{name}: {outcome(program + b'.')}\n")
        sys.stdout.flush()


@pytest.mark.slow
def test_crafted_programs_are_refused_and_do_no_harm():
    child = in_a_child("refuse_crafted()", seconds=900)
    assert child.returncode == 0, f"after {child.stdout[-300:]} {child.stderr[-2000:]}"
    said = dict(line.split(": ", 1) for line in child.stdout.splitlines())
    assert said.keys() == CRAFTED.keys()
    assert [name for name, what in said.items() if "no pickle of plain arrays" not in what] == []


def mutated(generator, sound):
    """Return a pickle of which a few bytes were changed, cut out, doubled or put in."""
    damaged = bytearray(sound)
    for _ in range(generator.integers(1, 5)):
        start = int(generator.integers(len(damaged) + 1))
        end = start + int(generator.integers(1, 9))
        match generator.integers(4):
            case 0:
                damaged[start : start + 1] = generator.bytes(1)
            case 1:
                del damaged[start:end]
            case 2:
                damaged[start:start] = damaged[start:end]
            case _:
                damaged[start:start] = PIECES[generator.integers(len(PIECES))]
    return bytes(damaged)


PIECES = [
    *(bytes([code]) for code in b"().0125NReabdglopqstu]}\x81\x82\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94"),
    *(b"q" + bytes([number]) for number in range(4)),
    *(b"h" + bytes([number]) for number in range(4)),
    b"K\x00", b"K\x01", b"K\x02", b"J\xff\xff\xff\xff", b"\x8a\x09" + b"\xff" * 8 + b"\x00",
    b"I01\n", b"L9999999999L\n", b"F1e400\n", b"S'a'\n", b"Va\n", b"(K\x02t", b"(K\x02K\x01t",
    text("O8"), text("latin1"), text("numpy"), text("dtype"), text("C"), raw(b""), raw(b"ab"),
    raw(b"A" * 16), b"\x96" + bytes([2] + [0] * 7) + b"ab", b"\x97", b"P1\n", b"iposix\nsystem\n",
    b"c_codecs\nencode\n", b"cnumpy\ndtype\n", b"cnumpy\nndarray\n", b"cposix\nsystem\n",
    b"cnumpy._core.numeric\n_frombuffer\n", b"cnumpy._core.multiarray\nscalar\n",
    NDARRAY, kind("u1"), kind("i8", "<"), kind("O8"), kind("U1", ">"), kind("S2"), kind("b1"),
    scalar(2), array(b"(K\x02t", "u1", raw(b"ab")), array(OF_ONE, "O8", b"](Ne"),
    state(b"(K\x02t", "u1", raw(b"ab")), b"(K\x01(K\x02t" + kind("O8") + b"\x89](K\x07Netb",
]  # fmt: skip


def value(generator, depth=0):
    """Return operations that make a value, more or less; arrays have any shape and content."""
    inside = (
        [value(generator, depth + 1) for _ in range(generator.integers(4))] if depth < 4 else []
    )
    keyed = b"".join(text(str(number)) + item for number, item in enumerate(inside))
    match generator.integers(7):
        case 0:
            return b"(" + b"".join(inside) + b"t"
        case 1:
            return b"](" + b"".join(inside) + b"e"
        case 2:
            return b"}(" + keyed + b"u"
        case 3:
            lengths = [b"K" + bytes([n]) for n in generator.integers(3, size=len(inside))]
            content = b"](" + b"".join(inside) + b"e" if inside else raw(b"a" * 4)
            codes = ["u1", "U1", "b1", "S2", "c8", "O8"]
            return array(b"(" + b"".join(lengths) + b"t", codes[generator.integers(6)], content)
        case 4:
            shape, content = (value(generator, depth + 3) for _ in range(2))
            return array(shape, "u1", content)
        case _:
            return PIECES[generator.integers(len(PIECES))]


def fuzz():
    """Read damaged pickles, programs put together at random, and damaged npy files."""
    generator = np.random.default_rng(2110)
    ragged = np.empty(2, dtype=object)
    ragged[:] = [np.arange(3), np.arange(5.0)]
    content = PLAIN | {"data": ragged}
    sound = [pickle.dumps(content, protocol) for protocol in range(6)]
    sound += [pickle.dumps(value, protocol) for value in content.values() for protocol in (0, 2, 5)]
    sound += [python_2_pickle({b"data": np.arange(30, dtype=np.uint8), b"labels": [1, 2]})]
    files = [io.BytesIO(), io.BytesIO()]
    for file, saved in zip(files, (np.arange(6).reshape(2, 3), ragged), strict=True):
        np.save(file, saved, allow_pickle=True)
    tally = {"read": 0, "refused": 0}
    for number in range(40_000):
        kind_of_input, load = number % 8, load_pickle
        if kind_of_input < 3:
            program = mutated(generator, sound[generator.integers(len(sound))])
        elif kind_of_input < 5:
            chosen = generator.integers(len(PIECES), size=generator.integers(1, 30))
            program = b"".join(PIECES[piece] for piece in chosen) + b"."
        elif kind_of_input < 7:
            program = value(generator) + b"."
        else:
            program, load = mutated(generator, files[number % 16 // 8].getvalue()), load_npy
        signal.alarm(60)  # ends the process
        sys.stderr.write(f"{number} {load.__name__} {program.hex()}\n")
        tally["read" if outcome(program, load) == "read" else "refused"] += 1
    sys.stdout.write(repr(tally))


@pytest.mark.slow
def test_damaged_files_are_read_or_refused_but_nothing_else_happens():
    """Any other error, a crash, more memory than 2 GiB or a hang ends the process."""
    child = in_a_child("fuzz()", seconds=1800)
    assert child.returncode == 0, child.stderr[-3000:]
    tally = dict(ast.literal_eval(child.stdout))
    assert min(tally.values()) > 1000
