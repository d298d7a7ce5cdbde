"""Ends some work before each change that it makes to files, as a kill would, one after the other."""

import os
import sys
from collections.abc import Callable, Iterator
from itertools import count

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Killed(BaseException):
    """The work is dead."""


class _Watch:
    """Counts changes to files; from one of them on, none reaches the disk, not even to tidy up."""

    def __init__(self) -> None:
        self.left: int | None = None
        sys.addaudithook(self)  # for good: the interpreter gives no hook back

    def __call__(self, event: str, args: tuple) -> None:
        if self.left is None:
            return
        if event in CHANGES or (event == "open" and args[2] & WRITES and args[0] != os.devnull):
            self.left -= 1
            if self.left <= 0:
                raise Killed


_watch = _Watch()


def killed_at(number: int, work: Callable[[], object]) -> bool:
    """Do some work, and return whether it was ended before that change to a file."""
    _watch.left = number
    try:
        work()
    except Killed:
        return True
    finally:
        _watch.left = None
    return False


def killed_at_each_change(
    work: Callable[[], object], prepare: Callable[[], object]
) -> Iterator[int]:
    """Yield the number of each change before which the work was ended, until it is done.

    Args:
        work: what is done.
        prepare: makes the files as they are before the work.
    """
    for number in count(1):
        prepare()
        if not killed_at(number, work):
            return
        yield number
