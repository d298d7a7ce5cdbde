"""What a workflow's jobs are doing, as lines on the screen: step, and about how long the rest takes."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orca.failed_jobs import said_in
from orca.reporting.run_costs import seconds_in_words
from orca.workflow.plan import Job

TRUST = 20.0, 0.2
"""Seconds of jobs, and their share of all, after which their pace counts as much as the estimate."""

SHOWN = (
    "task", "source", "body", "method", "alignment", "proxy", "seeds", "worker", "table", "report"
)  # fmt: skip


class Progress(logging.Handler):
    """Hears Snakemake's events and says what they mean; `seconds` is what a job would take."""

    def __init__(
        self,
        jobs: Sequence[Job],
        seconds: Callable[[Job], float],
        *,
        at_once: int,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._seconds, self._at_once, self._say, self._clock = seconds, at_once, say, clock
        self._all, self._done = len(jobs), 0
        self._ahead = [seconds(job) for job in jobs]  # what the jobs that have not begun would take
        least, share = TRUST
        self._trust = max(least, share * sum(self._ahead))
        self._running: dict[int, tuple[float, float]] = {}  # what each would take, when it began
        self._ended: list[tuple[float, float]] = []  # what each would take, and what it took
        self.failed: list[str] = []
        self.at_start: Callable[[], None] = lambda: None  # called when jobs start

    def emit(self, record: logging.LogRecord) -> None:
        """Say what an event means; errors that belong to no job are said as they are."""
        facts: Mapping[str, Any] = record.__dict__
        event = str(facts.get("event") or "")
        if event == "job_started":
            self.at_start()
        elif event == "job_info":
            self._begins(facts)
        elif event == "job_finished":
            self._ends(facts["job_id"])
        elif event == "job_error":
            self.failed.append(facts["rule_name"])
            self._running.pop(facts.get("jobid", -1), None)
            for path in facts["log"] or ():
                self._say(f"{facts['rule_name']} failed:\n{said_in(Path(path))}")
        elif record.levelno >= logging.ERROR and not event and not self.failed:
            self._say(record.getMessage())

    def _begins(self, facts: Mapping[str, Any]) -> None:
        names = dict(facts["wildcards"] or {})
        expected = self._seconds(Job(facts["rule_name"], names))
        if expected in self._ahead:
            self._ahead.remove(expected)
        self._running[facts["jobid"]] = expected, self._clock()
        number = self._done + len(self._running)
        what = " ".join([facts["rule_name"], *(names[name] for name in SHOWN if name in names)])
        left = seconds_in_words(self.seconds_left)
        self._say(f"[{number}/{self._all}] {what}, about {left} left")

    def _ends(self, job: int) -> None:
        self._done += 1
        if job in self._running:
            expected, began = self._running.pop(job)
            self._ended.append((expected, self._clock() - began))

    @property
    def seconds_left(self) -> float:
        """About how long the rest takes: as estimated, corrected by the pace of the jobs until now.

        A running job counts towards the pace once it has taken longer than the others' pace allows.
        The less work the pace is known from, the less it moves the estimate.
        """
        running = [(expected, self._clock() - began) for expected, began in self._running.values()]
        counted, pace = list(self._ended), self._pace(self._ended)
        for expected, taken in sorted(
            running, key=lambda job: job[1] / (job[0] or 1), reverse=True
        ):
            if taken > pace * expected:
                counted.append((expected, taken))
                pace = self._pace(counted)
        each = [pace * expected for expected in self._ahead]
        each += [max(0.0, pace * expected - taken) for expected, taken in running]
        return max(sum(each) / self._at_once, max(each, default=0.0))

    def _pace(self, jobs: Sequence[tuple[float, float]]) -> float:
        """Return by what factor jobs take longer than expected, from expected and actual times."""
        expected, taken = (sum(part) for part in zip(*jobs, strict=True)) if jobs else (0.0, 0.0)
        return (taken + self._trust) / (expected + self._trust)
