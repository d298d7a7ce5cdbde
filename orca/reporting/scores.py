"""Score files: those of a table's runs, folders of them, and archives."""

import io
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orca.data.task import TASKS
from orca.errors import ResultsError
from orca.evaluation.predictions import PREDICTIONS
from orca.evaluation.score import SCORE, Run, Score, command_for, read_score
from orca.provenance import atomic

MOST_NAMED = 5  # tables on the screen


@dataclass(frozen=True)
class ScoreFolder:
    """The folder that holds the scores of runs, each read once."""

    folder: Path
    _read: dict[str, Score | None] = field(default_factory=dict, repr=False, compare=False)

    def path(self, run: Run) -> Path:
        """Return the file of the run's score."""
        return self.folder / run.score_file

    def predictions(self, run: Run) -> Path:
        """Return where the run's predictions lie, if its task keeps them."""
        return self.path(run).with_name(PREDICTIONS)

    def read(self, run: Run) -> Score | None:
        """Return the run's score, or None if there is none yet.

        Raises:
            ResultsError: if the file is of another run, or of another version of the task.
        """
        if run.path not in self._read:
            path = self.path(run)
            self._read[run.path] = _score_of(run, path) if path.exists() else None
        return self._read[run.path]


def _score_of(run: Run, path: Path) -> Score:
    score = read_score(path)
    if score.path != run.path:
        raise ResultsError(
            where=str(path),
            what=f"it holds the score of another run, {score.path}",
            mend=f"move it to where it belongs, and make this one: {command_for(path)}",
        )
    declared = TASKS[run.task].digest if run.task in TASKS else score.task_digest
    if score.task_digest != declared:
        raise ResultsError(
            where=str(path),
            what=f"it was made with another version of task '{run.task}' "
            f"(task_digest {score.task_digest}, declared now: {declared})",
            mend=f"make it again: {command_for(path)}; or go back to the commit of the run",
        )
    return score


def score_files(results: Path) -> list[Path]:
    """Return the score files of a results folder, or of a folder of scores.

    Raises:
        ResultsError: if there is none.
    """
    folder = results / "scores" if (results / "scores").is_dir() else results
    files = sorted(folder.glob(f"*/*/*/seed*/{SCORE}"))
    if not files:
        raise ResultsError(
            where=str(folder),
            what="there is no score file in it (<task>/<body>/<method>/seed<k>/score.json)",
            mend="name a results folder of finished runs; `snakemake all` makes one",
        )
    return files


def pack_scores(results: Path, out: Path) -> None:
    """Write the score files, and their jobs' stamps, to an archive that every table is built from.

    The same scores give the same bytes: files are sorted, and carry neither owner nor time. The
    archive, a `.tar.gz`, unpacks to `results/scores/`.

    Raises:
        ResultsError: if a file is no score that can be read, or there is none.
    """
    import gzip

    files = score_files(results)
    folder = files[0].parents[4]
    with (
        atomic(out) as temporary,
        gzip.GzipFile(filename="", fileobj=temporary.open("wb"), mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted([*files, *folder.glob("*/*/*/seed*.json")]):
            if path.name == SCORE:
                read_score(path)
            content = path.read_bytes()
            entry = tarfile.TarInfo(f"results/scores/{path.relative_to(folder)}")
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))


def tables_left(tables: Mapping[str, Iterable[Run]], folder: Path) -> str:
    """Return which tables a failed workflow leaves behind, and the command that renders them.

    Empty where no run of theirs has a score.

    Args:
        tables: that were asked for and not begun, and the runs of each.
        folder: of the scores.
    """
    scores = ScoreFolder(folder)
    left = [
        table for table, runs in tables.items() if any(scores.path(run).exists() for run in runs)
    ]
    if not left:
        return ""
    few, more = ", ".join(left[:MOST_NAMED]), len(left) - MOST_NAMED
    return (
        f"Not rendered: {few}{f' and {more} more' if more > 0 else ''}."
        " From the scores that are there: snakemake from_scores"
    )
