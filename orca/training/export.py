"""Packs a finished run with its model card, so that it works wherever the body's weights are."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from orca.data.schema import Schema
from orca.errors import SettingsError
from orca.evaluation.metric import METRICS
from orca.evaluation.score import SCORE, Score, read_score
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.peers.peer import PEERS
from orca.provenance import atomic
from orca.training.finished_run import FinishedRun

CARD = "model_card.md"
LIMITS = (
    "It predicts what the fit file taught: the same columns or shapes, in the same units. It has"
    " seen the samples above and no others; how well it does elsewhere nobody has measured."
)


def export(run: FinishedRun, out: Path, *, scores: Path) -> None:
    """Write a run's files and its model card to a zip file.

    Args:
        run: the finished run.
        out: the zip file.
        scores: folder of its score, if it has one, in `results/scores`.

    Raises:
        SettingsError: if the run failed, or the file's name is another's.
        StateError, ResultsError: if the run lacks its record or its schema.
    """
    if out.suffix != ".zip":
        raise SettingsError(
            where=str(out), what="it is not called *.zip", mend="name a file that ends in .zip"
        )
    if run.record["status"] != "ok":
        raise SettingsError(
            where=str(run.folder), what="the run failed", mend="name a run that has a model"
        )
    score = read_score(scores / SCORE) if (scores / SCORE).exists() else None
    card = model_card(run.record, run.schema, score, others_scores(score, scores) if score else {})
    with atomic(out) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(path for path in run.folder.iterdir() if path.is_file()):
            file.write(path, f"{out.stem}/{path.name}")
        file.writestr(f"{out.stem}/{CARD}", card)


def others_scores(own: Score, folder: Path) -> dict[str, list[float]]:
    """Return the scores of other methods and of peers that lie beside a run's, by their titles.

    The run's own lies in the folder `<task>/<body>/<method>/seed<k>`.
    """
    found: dict[str, list[float]] = {}
    for path in sorted(folder.parents[2].glob(f"*/*/seed*/{SCORE}")):
        score = read_score(path)
        same = (score.task_digest, score.metric) == (own.task_digest, own.metric)
        if same and score.value is not None and path.parent.parent != folder.parent:
            declared: Any = PEERS if score.method in PEERS else METHODS
            found.setdefault(declared[score.method].title, []).append(score.value)
    return found


def model_card(
    record: Mapping[str, Any],
    schema: Schema,
    score: Score | None,
    others: Mapping[str, Sequence[float]],
) -> str:
    """Return a model card in Markdown: data, split, scores beside others', limits, licence."""
    body = BODIES[record["body"]]
    sections = {
        f"{record['task']}: {body.title} by {record['method']}": "Predict with `orca predict --run"
        " <this folder> --input <new file> --output predictions.csv`.",
        "Data": "\n".join(f"- {line}" for line in _data(schema)),
        "Split": "\n".join(f"- {line}" for line in _split(record, schema)),
        "Scores": "\n".join(f"- {line}" for line in _scores(score, others)),
        "Limits": LIMITS,
        "Licence": f"The body's weights: {body.weights.licence}. What was trained on your data is"
        " under your data's terms, too.",
        "Made by": f"orca {record['commit'] or record['code']}, seed {record['seed']},"
        f" {record['finished']}.",
    }
    return (
        "\n\n".join(f"{'#' * min(2, n)} {t}\n\n{s}" for n, (t, s) in enumerate(sections.items(), 1))
        + "\n"
    )


def _data(schema: Schema) -> list[str]:
    lines = [f"inputs of shape {list(schema.input_shape)}"]
    for column in schema.columns:
        what = "categories: " + ", ".join(column.categories) if column.categories else column.kind
        gap = f"; {column.gaps} gaps in the fit file" if column.gaps else ""
        lines.append(f"`{column.name}`: {what}{gap}")
    lines += [f"`{name}` is left out: {why}" for name, why in schema.left_out.items()]
    if schema.targets:
        lines.append("predicted: " + ", ".join(f"`{name}`" for name in schema.targets))
    if schema.classes:
        lines.append("classes or labels: " + ", ".join(schema.classes))
    return [*lines, f"unit of the target: {schema.unit}"] if schema.unit else lines


def _split(record: Mapping[str, Any], schema: Schema) -> list[str]:
    counts = [f"{len(rows)} samples for {part}" for part, rows in schema.rows.items()]
    trained = f"trained on {record['train_samples']} samples; chosen by {record['selection']}"
    return [*counts, trained]


def _scores(score: Score | None, others: Mapping[str, Sequence[float]]) -> list[str]:
    if score is None or score.value is None:
        return ["not yet scored on the test split: `orca evaluate` does it"]
    found = {score.metric: score.value, **score.metrics}
    titles = {name: METRICS[name].title if name in METRICS else name for name in found}
    lines = [f"{titles[name]}: {value:.4g}" for name, value in found.items()]
    beside = [
        f"{name}, on the same samples: {fmean(values):.4g}, mean of {len(values)}"
        for name, values in others.items()
    ]
    return [f"on {score.samples} test samples", *lines, *beside]
