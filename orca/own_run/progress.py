"""What a workflow's jobs are doing, as lines on the screen: step, and about how long the rest takes."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orca.reporting.run_costs import seconds_in_words
from orca.workflow.failures import said_in
from orca.workflow.planned import Job

TRUST = 20.0  # seconds of jobs after which their pace counts as much as the estimate
SHOWN = (
    "task",
    "source",
    "body",
    "method",
    "alignment",
    "proxy",
    "seeds",
    "worker",
    "table",
    "report",
)


class Progress(logging.Handler):
    """Hears Snakemake's events and says what they mean.

    Args:
        jobs: that will run.
        seconds: what each would take.
        at_once: jobs that run side by side.
        say: prints a line.
        clock: gives seconds.
    """

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
        self._left = [seconds(job) for job in jobs]
        self._seconds, self._at_once, self._say, self._clock = seconds, at_once, say, clock
        self._all, self._start, self._done = len(jobs), clock(), 0
        self._estimated = sum(self._left)
        self._running: dict[int, float] = {}
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
            for path in facts["log"] or ():
                self._say(f"{facts['rule_name']} failed:\n{said_in(Path(path))}")
        elif record.levelno >= logging.ERROR and not event and not self.failed:
            self._say(record.getMessage())

    def _begins(self, facts: Mapping[str, Any]) -> None:
        names = dict(facts["wildcards"] or {})
        self._running[facts["jobid"]] = self._seconds(Job(facts["rule_name"], names))
        number = self._done + len(self._running)
        what = " ".join([facts["rule_name"], *(names[name] for name in SHOWN if name in names)])
        left = seconds_in_words(self.seconds_left)
        self._say(f"[{number}/{self._all}] {what}, about {left} left")

    def _ends(self, job: int) -> None:
        self._done += 1
        self._estimated -= self._running.pop(job, 0.0)

    @property
    def seconds_left(self) -> float:
        """About how long the rest takes: as estimated, corrected by the pace until now."""
        finished = sum(self._left) - self._estimated
        pace = (self._clock() - self._start) if self._done else 0.0
        factor = (pace * self._at_once + TRUST) / (finished + TRUST) if self._done else 1.0
        return self._estimated * factor / self._at_once
