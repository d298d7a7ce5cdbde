"""The record of one run's score: what a table is built from, and all that it is built from."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orca.evaluation.metric import METRICS
from orca.text_files import read_record

SCORE = "score.json"
ROUNDING = 1e-6  # how far beyond perfect a value may lie by rounding


class Run(BaseModel):
    """A method x body x task x seed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    task: str
    body: str
    method: str
    seed: int

    @property
    def path(self) -> str:
        """The run's folder in those of the finetuned runs and of the scores."""
        return f"{self.task}/{self.body}/{self.method}/seed{self.seed}"

    @property
    def score_file(self) -> str:
        """The run's score in the folder of the scores."""
        return f"{self.path}/{SCORE}"


class Score(Run):
    """What `evaluate` found on the test split.

    Args:
        status: `failed` for a run that ended for a known reason; it has no value.
        reason: why it failed.
        task_digest: names the version of the task's declaration.
        selection: how the epoch was chosen (`last_epoch`, `best_on_validation`, ...).
        hyperparameters: where the settings come from (`published`, `tuned`, `default`).
        key: digest of the code and the files that the score comes from.
        metric: name in `orca.evaluation.metrics`.
        value: the metric over the whole test split.
        metrics: further metrics of the same predictions, by name.
        samples: size of the test split.
        seconds: wall time by part (`align`; `train`, `validate`, `checkpoint`; `evaluate`).
        record: the run's own record (settings, commit, device, versions, inputs' digests).
    """

    format: Literal[1] = 1
    status: Literal["ok", "failed"] = "ok"
    reason: str = ""
    task_digest: str
    selection: str
    hyperparameters: str
    key: str = ""
    metric: str
    value: float | None = None
    metrics: dict[str, float] = {}
    samples: Annotated[int, Field(ge=0)] = 0
    seconds: dict[str, Annotated[float, Field(ge=0)]] = {}
    record: dict[str, Any] = {}

    @model_validator(mode="after")
    def _value_goes_with_status(self) -> "Score":
        if self.status == "ok" and self.value is None:
            raise ValueError("a score with status 'ok' needs a value")
        if self.status == "failed" and (self.value is not None or not self.reason):
            raise ValueError("a failed run has a reason and no value")
        values = self.metrics if self.value is None else {**self.metrics, self.metric: self.value}
        for name, value in values.items():
            if (metric := METRICS.get(name)) and metric.error(value) < -ROUNDING:
                raise ValueError(
                    f"{value:g} is better than perfect, {metric.perfect:g}, for {name}"
                )
        return self


def command_for(path: Path) -> str:
    """Return the command that makes a score file again; a run is asked for by the stamp beside it."""
    return f"snakemake --force {path.parent}.json"


def read_score(path: Path) -> Score:
    """Return the score that a file holds.

    Raises:
        ResultsError: if the file is not a score, or is one of another format.
    """
    mend = f"make it again: {command_for(path)}"
    return read_record(Score, path, what="a score", mend=mend)
