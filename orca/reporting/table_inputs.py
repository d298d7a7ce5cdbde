"""What the cells of a table are made from: score files, and the papers' numbers."""

from dataclasses import dataclass, field
from pathlib import Path

from orca.data.task import TASKS
from orca.errors import ResultsError
from orca.evaluation.score import Run, Score, read_score
from orca.reporting.published import PublishedNumbers, read_published


@dataclass(frozen=True)
class TableInputs:
    """What tables are made from.

    Args:
        scores: folder of score files; None to render published numbers alone.
        published: the papers' numbers.
        metadata: folder of the published CSV files, for tables of facts.
    """

    scores: Path | None
    published: PublishedNumbers
    metadata: Path
    _seen: dict[str, Score | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, *, scores: Path | None, published: Path) -> "TableInputs":
        """Return the inputs with the numbers of the folder `published` read."""
        return cls(scores, read_published(published), published)

    def score(self, run: Run) -> Score | None:
        """Return the run's score, read once, or None if there is none yet.

        Raises:
            ResultsError: if the file is of another run, or of another version of the task.
        """
        if run.path not in self._seen:
            self._seen[run.path] = self._read(run)
        return self._seen[run.path]

    def _read(self, run: Run) -> Score | None:
        path = self.path(run)
        if path is None or not path.exists():
            return None
        score = read_score(path)
        if score.path != run.path:
            raise ResultsError(
                where=str(path),
                what=f"it holds the score of another run, {score.path}",
                mend=f"move it to where it belongs, and make this one: snakemake {path}",
            )
        declared = TASKS[run.task].digest if run.task in TASKS else score.task_digest
        if score.task_digest != declared:
            raise ResultsError(
                where=str(path),
                what=f"it was made with another version of task '{run.task}' "
                f"(task_digest {score.task_digest}, declared now: {declared})",
                mend=f"make it again: snakemake --force {path}; or go back to the commit of the run",
            )
        return score

    def path(self, run: Run) -> Path | None:
        """Return where the run's score lies."""
        return self.scores / run.score_file if self.scores else None
