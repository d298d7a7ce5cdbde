"""What failed jobs say, for the screen: the declared lines of each, not its failed command."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from orca.workflow import layout
from orca.workflow.runs import Runs

LOG = re.compile(r"^\s+log: (\S.*) \(check log file", re.MULTILINE)
FATAL = re.compile(r"^Fatal Python error: (.*)$", re.MULTILINE)  # by faulthandler, of the command
DAMAGED = "what it read is most likely damaged: fetch or make it again"
KILLED = "if nobody stopped it, memory ran out: run fewer jobs at a time (--cores, --resources mem_mb=...)"
MOST_NAMED = 5  # tables on the screen
LINE = re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE)  # how `orca.logs` begins a line


def what_failed(logs: Sequence[str | Path]) -> str:
    """Return what the failed jobs of a workflow say: where, what and mend, and the log's path.

    Args:
        logs: Snakemake's own, which name the logs of failed jobs.
    """
    there = [Path(log) for log in logs if Path(log).is_file()]
    named = [names for log in there for names in LOG.findall(log.read_text(errors="replace"))]
    files = dict.fromkeys(path for names in named for path in names.split(", "))
    return "\n\n".join(said_in(Path(path)) for path in files)


def tables_left(tables: Iterable[str], runs: Runs) -> str:
    """Return which tables a failed workflow leaves behind, and the command that renders them.

    Empty where no run of theirs has a score.

    Args:
        tables: that were asked for and not begun.
        runs: of the workflow.
    """
    scores = Path(layout.root("scores"))
    left = [
        table
        for table in sorted(tables)
        if any((scores / run.score_file).exists() for run in runs.of_table(table))
    ]
    if not left:
        return ""
    few, more = ", ".join(left[:MOST_NAMED]), len(left) - MOST_NAMED
    return (
        f"Not rendered: {few}{f' and {more} more' if more > 0 else ''}."
        " From the scores that are there: snakemake from_scores"
    )


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
