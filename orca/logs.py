"""Log lines, progress with an estimate, and the time of each part of a step."""

import logging
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
log = logging.getLogger("orca")


def set_up(*, verbose: bool = False) -> None:
    """Send log lines to standard error, with the time of day."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
    for noisy in ("httpx", "filelock", "matplotlib", "fontTools", "openml", "faker"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def progress(
    items: Iterable[T], *, what: str, total: int, done: int = 0, every_s: float = 10.0
) -> Iterator[T]:
    """Yield `items`, showing how many are done and how long the rest will take.

    A bar on a terminal; in a file a plain line at most every `every_s` seconds.

    Args:
        items: what is still to do.
        what: the word in front of the count.
        total: items in all, those already done included.
        done: items done in an earlier attempt.
        every_s: least seconds between two plain lines.
    """
    if sys.stderr.isatty():
        yield from tqdm(items, desc=what, total=total, initial=done, leave=False)
        return
    start = last = time.monotonic()
    for number, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if now - last >= every_s:
            last = now
            left = (now - start) / number * (total - done - number)
            log.info("%s %d/%d, about %.0f s left", what, done + number, total, left)


class Clock:
    """Adds up the wall seconds of a step's parts, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time inside the `with` under `name`."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
