"""What failed jobs say, for the screen. Apart from `orca.logs`, whose code is part of each run's key."""

import re
from collections.abc import Sequence
from pathlib import Path

LINE = re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE)  # how `orca.logs` begins a line
LOG = re.compile(r"^\s+log: (\S.*) \(check log file", re.MULTILINE)  # in Snakemake's own log
FATAL = re.compile(r"^Fatal Python error: (.*)$", re.MULTILINE)  # by faulthandler, of the command
DAMAGED = "what it read is most likely damaged: fetch or make it again"
KILLED = "if nobody stopped it, memory ran out: run fewer jobs at a time (--cores, --resources mem_mb=...)"


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
