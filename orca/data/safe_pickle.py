"""Pickles read by an interpreter of our own: plain arrays and containers, nothing else.

Python's reader calls what a pickle names and lets it alter what was made. Here operations of a
closed list make plain Python objects, and arrays once, from exactly the bytes that fill them.
"""

import gzip
import io
import math
import pickletools
import re
import sys
import tokenize
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from orca.errors import DataError

ROOM = 3 * 1024**3  # bytes that a pickle may need: read, in arrays, and for each operation
PER_OPERATION = 2048
DEEPEST = 20  # containers inside of one another; in the sources' pickles, three are
LONGEST_KEY = 1000
_KIND = re.compile(r"[<>=|](b1|[iu][1248]|f[248]|c8|c16|[SU][1-9]\d{0,8}|O8?)")
_PLAIN = (str, bytes, int, float, type(None), np.generic, np.ndarray)
_FAULTS = (
    ValueError, TypeError, LookupError, OverflowError, MemoryError, RecursionError, SyntaxError,
    OSError, EOFError, zlib.error, tokenize.TokenError,
)  # fmt: skip
_TAKEN = dict(TUPLE1=1, TUPLE2=2, TUPLE3=3, APPEND=1, SETITEM=2, STACK_GLOBAL=2, REDUCE=2, BUILD=2)


class _Request:
    """What a pickle asks for by its name, without or with arguments; BUILD makes it, once."""

    def __init__(self, name: str, arguments: Any = None) -> None:
        self.name = name.replace("numpy._core.", "numpy.core.").replace(" ", ".")
        self.arguments = arguments
        self.made: Any = self


def _made(name: str, arguments: Any, state: Any = None) -> Any:
    """Return what numpy would by this name; nothing of a library is called by what was asked."""
    match name, arguments, state:
        case "numpy.dtype" | "numpy.core.multiarray._reconstruct", (_, _, _), None:
            return _Request(name, arguments)
        case "numpy.dtype", (str(code), _, _), (_, str(order), None, None, None, _, _, _):
            return _kind(order + code)
        case "numpy.core.multiarray._reconstruct", _, (_, shape, kind, by_columns, content):
            return _array(kind, shape, content, "F" if by_columns else "C")
        case "numpy.core.multiarray.scalar", (kind, content), None:
            return _array(kind, (), content)[()]
        case "numpy.core.numeric._frombuffer", (content, kind, shape, "C" | "F" as order), None:
            return _array(kind, shape, content, order)
        case "_codecs.encode", (str(text), "latin1"), None:
            return text.encode("latin1")
    raise ValueError(f"it asks for {name[:100]} as no plain array does")


def _kind(code: str) -> np.dtype[Any]:
    if not _KIND.fullmatch(code):
        raise ValueError(f"it asks for an array of '{code[:20]}'")
    return np.dtype(code)


def _array(kind: Any, shape: Any, content: Any, order: Any = "C") -> np.ndarray:
    """Return a new array, if the content fills it exactly."""
    # Numpy's numbers would wrap around in the product; Python's do not.
    if not isinstance(shape, tuple) or len(shape) > 32 or any(type(n) is not int for n in shape):
        raise ValueError("it asks for an array whose shape is not of up to 32 plain numbers")
    if not isinstance(kind, np.dtype) or any(not 0 <= length <= ROOM for length in shape):
        raise ValueError("it asks for an array of no kind, or of a length out of range")
    data = content.encode("latin1") if isinstance(content, str) else content
    unit, holders = (1, (list,)) if kind.hasobject else (kind.itemsize, (bytes, bytearray))
    if type(data) not in holders or len(data) != math.prod(shape) * unit:
        raise ValueError(f"its content does not fill an array of shape {shape}")
    if kind.hasobject:
        if any(isinstance(item, np.ndarray) and item.dtype.hasobject for item in content):
            raise ValueError("it nests arrays of objects")  # numpy frees them recursively
        return np.fromiter(content, object, len(content)).reshape(shape, order=order).copy("K")
    if kind.kind in "bU":  # numpy trusts that truths are 0 or 1, and that characters exist
        units = np.frombuffer(data, f"{kind.byteorder}u{min(kind.itemsize, 4)}")
        if units.max(initial=0) > (1 if kind.kind == "b" else sys.maxunicode):
            raise ValueError("its content does not fit the kind of its array")
    return np.ndarray(shape, kind, buffer=data, order=order).copy("K")


class _Interpreter:
    """Carries out operations; hashes, compares and prints nothing that they made: it may nest."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self.stream, self.room = stream, ROOM
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []
        self.memo: dict[str, Any] = {}  # by digits, as hashes of numbers can be made to collide

    def read(self, size: int) -> bytes:
        self.spend(size)
        return self.stream.read(size)

    def readline(self) -> bytes:
        line = self.stream.readline(self.room + 1)
        self.spend(len(line))
        return line

    def spend(self, size: int) -> None:
        self.room -= size
        if self.room < 0:
            raise ValueError(f"it needs more than {ROOM} bytes")

    def load(self) -> Any:  # noqa: C901, PLR0915, the list of operations reads best whole
        for operation, argument, _ in pickletools.genops(self):  # type: ignore[arg-type]
            self.spend(PER_OPERATION)
            taken = [self.stack.pop() for _ in range(_TAKEN.get(operation.name, 0))][::-1]
            if operation.name in ("TUPLE", "LIST", "DICT", "APPENDS", "SETITEMS"):
                taken, self.stack = self.stack, self.below.pop()
            match operation.name:
                case "PROTO" | "FRAME" | "STOP":
                    pass
                case (
                    "INT" | "BININT" | "BININT1" | "BININT2" | "LONG" | "LONG1" | "FLOAT" | "NONE"
                    | "BINFLOAT" | "STRING" | "BINSTRING" | "SHORT_BINSTRING" | "BINBYTES"
                    | "SHORT_BINBYTES" | "BINBYTES8" | "BYTEARRAY8" | "UNICODE" | "BINUNICODE"
                    | "SHORT_BINUNICODE" | "BINUNICODE8"
                ):  # fmt: skip
                    self.stack.append(argument)
                case "NEWTRUE" | "NEWFALSE":
                    self.stack.append(operation.name == "NEWTRUE")
                case "MARK":
                    self.below.append(self.stack)
                    self.stack = []
                case "EMPTY_TUPLE" | "TUPLE" | "TUPLE1" | "TUPLE2" | "TUPLE3":
                    self.stack.append(tuple(taken))
                case "EMPTY_LIST" | "LIST":
                    self.stack.append(taken)
                case "EMPTY_DICT" | "DICT" if not taken:
                    self.stack.append({})
                case "APPEND" | "APPENDS" if isinstance(self.stack[-1], list):
                    self.stack[-1].extend(taken)
                case "SETITEM" | "SETITEMS" if isinstance(self.stack[-1], dict):
                    for key, value in zip(taken[::2], taken[1::2], strict=True):
                        if not isinstance(key, (str, bytes)) or len(key) > LONGEST_KEY:
                            raise ValueError("it has a key that is no text, or a long one")
                        self.stack[-1][key] = value
                case "PUT" | "BINPUT" | "LONG_BINPUT" | "MEMOIZE":
                    number = len(self.memo) if argument is None else argument
                    self.memo[str(number)] = self.stack[-1]
                case "GET" | "BINGET" | "LONG_BINGET":
                    value = self.memo[str(argument)]
                    self.stack.append(value.made if isinstance(value, _Request) else value)
                case "GLOBAL" | "STACK_GLOBAL":
                    self.stack.append(_Request(argument or " ".join(taken)))
                case "REDUCE" if isinstance(taken[0], _Request) and taken[0].arguments is None:
                    self.stack.append(_made(taken[0].name, taken[1]))
                    self.spend(sys.getsizeof(self.stack[-1]))
                case "BUILD" if isinstance(taken[0], _Request) and taken[0].made is taken[0]:
                    taken[0].made = _made(taken[0].name, taken[0].arguments, taken[1])
                    self.stack.append(taken[0].made)
                    self.spend(sys.getsizeof(self.stack[-1]))
                case _:
                    raise ValueError(f"it asks for the operation {operation.name} where it cannot")
        return _checked(self.stack.pop())


def _checked(content: Any) -> Any:
    """Return the content, if a walk through it comes to an end and meets plain values alone."""
    levels, room = [iter([content])], ROOM
    while levels:
        for item in levels[-1]:
            room -= PER_OPERATION + sys.getsizeof(item)
            if room < 0 or len(levels) > DEEPEST:
                raise ValueError("its containers hold one another too deep or too often")
            objects = isinstance(item, np.ndarray) and item.dtype.hasobject
            if objects or isinstance(item, (dict, list, tuple)):
                inside = item.values() if isinstance(item, dict) else item
                levels.append(iter(item.flat if objects else inside))
                break
            if not isinstance(item, _PLAIN):
                raise ValueError(f"it asks for {getattr(item, 'name', 'raw bytes')[:100]}")
        else:
            levels.pop()
    return content


@contextmanager
def _explained(stream: io.BufferedIOBase, where: str, what: str) -> Iterator[None]:
    try:
        yield
    except _FAULTS as fault:
        reason = str(fault) if isinstance(fault, ValueError) else repr(fault)
        raise DataError(
            where=f"{where}, byte {stream.tell()}",
            what=f"it is {what}: {reason[:200]}",
            mend="fetch it again; what asks for more than arrays may run code, and is not read",
        ) from fault


def load_pickle(stream: io.BufferedIOBase, *, where: str) -> Any:
    """Return what a pickle holds; texts of Python 2 are read as Latin 1, as its arrays need.

    Raises:
        DataError: if it is damaged, or holds more than arrays, texts, numbers, lists and dicts.
    """
    with _explained(stream, where, "no pickle of plain arrays"):
        return _Interpreter(stream).load()


def load_npy(stream: io.BufferedIOBase, *, where: str) -> Any:
    """Return the array of an npy file; its objects are read, and its faults reported, as in a pickle."""
    with _explained(stream, where, "cut short, or no npy file of plain arrays"):
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError("numpy writes plain arrays in version 1.0")
        shape, by_columns, described = np.lib.format.read_array_header_1_0(stream)
        kind = _kind(described.str)
        if kind.hasobject:
            content = load_pickle(stream, where=where)
        else:
            size = math.prod(shape) * kind.itemsize
            data = stream.read(size + 1 if 0 <= size <= ROOM else 0)
            content = _array(kind, shape, data, "F" if by_columns else "C")
        if getattr(content, "shape", None) != shape:
            raise ValueError("its objects do not fill its shape")
        return content


def load_pickle_file(path: Path) -> Any:
    """Return what a pickle file holds, gzipped or not; see `load_pickle`."""
    with _opened(path) as file:
        if file.peek(2)[:2] != b"\x1f\x8b":
            return load_pickle(file, where=str(path))
        with gzip.open(file) as stream:
            return load_pickle(io.BufferedReader(stream), where=str(path))


def load_npy_file(path: Path) -> Any:
    """Return the array of an npy file; see `load_npy`."""
    with _opened(path) as file:
        return load_npy(file, where=str(path))


def _opened(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as fault:
        raise DataError(
            where=str(path),
            what=f"it cannot be opened: {fault.strerror}",
            mend=f"fetch it: snakemake {path.parent / 'sources.json'}",
        ) from fault
