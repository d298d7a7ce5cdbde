"""Log lines, what those of failed jobs say, progress with an estimate, the time of a step's parts."""

import logging
import re
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
log = logging.getLogger("orca")
LINE = re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE)  # how `set_up` has a line begin
LOG = re.compile(r"^\s+log: (\S.*) \(check log file", re.MULTILINE)  # in Snakemake's own log
FATAL = re.compile(r"^Fatal Python error: (.*)$", re.MULTILINE)  # by faulthandler, of the command
DAMAGED = "what it read is most likely damaged: fetch or make it again"
KILLED = "if nobody stopped it, memory ran out: run fewer jobs at a time (--cores, --resources mem_mb=...)"


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


def what_failed(logs: Sequence[str | Path]) -> str:
    """Return what the failed jobs of a workflow say: where, what and mend, and the log's path.

    Args:
        logs: Snakemake's own, which name the logs of failed jobs.
    """
    there = [Path(log) for log in logs if Path(log).is_file()]
    named = [names for log in there for names in LOG.findall(log.read_text(errors="replace"))]
    files = dict.fromkeys(path for names in named for path in names.split(", "))
    return "\n\n".join(said_in(Path(path)) for path in files)


def said_in(path: Path) -> str:
    """Return the error that a job's log ends in; a log without one is of a process that was ended."""
    text = path.read_text(errors="replace").rstrip() if path.is_file() else ""
    last = LINE.split(text)[-1]
    if "\nMend: " in last and "Traceback" not in last:
        return f"{last}\n({path})"
    tail = text.rpartition("\n")[2]
    if fatal := FATAL.search(last):
        return f"{path}: a library ended the process, {fatal[1]}; it says where\nMend: {DAMAGED}"
    if "Error" in tail or "Traceback" in last:
        return f"{path}: {tail}"
    after = f"after '{tail}'" if tail else "before its first word"
    return f"{path}: the process was ended {after}\nMend: {KILLED}"
