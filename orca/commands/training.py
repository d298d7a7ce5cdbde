"""Commands that train: pretrain a body, embed the source, tune, align, fine-tune.

Where files lie follows from the names (`orca.workflow.layout`); settings are read from the file
`settings.yaml` beside the results, which the workflow writes, or are the defaults.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from orca.commands.options import (
    BODY,
    DEVICE,
    METHOD,
    SEEDS,
    TASK,
    AskedTask,
    device_of,
    setup_of,
    write_stamp,
)
from orca.logs import log
from orca.models.settings import EmbedderStart
from orca.settings import Settings, checked_groups, nested, not_default
from orca.training.settings import ALIGN_READS, FINETUNE_READS, SOURCE_SAMPLES
from orca.workflow import layout

if TYPE_CHECKING:
    from orca.training.job_settings import JobSettings


@click.command()
@BODY
@DEVICE
def pretrain_body(body: str, device: str) -> None:
    """Pretrain a body that is not published, on images that need no network."""
    from orca.models.pretraining.settings import PretrainSettings
    from orca.training.job_settings import JobSettings
    from orca.training.pretrain_body import pretrain_body as pretrain

    out = layout.path("bodies", body=body)
    path = Path(layout.settings(out))
    job = JobSettings.read(path)
    pretrain(
        body,
        settings=job.groups({"pretraining": PretrainSettings}, where=path)["pretraining"],
        device=device_of(device),
        out=Path(out),
        state=Path(layout.path("state", step="pretrain_body"), body),
        checkpoint_seconds=job.checkpoint_seconds,
    )


@click.command()
@BODY
@click.argument("proxy")
@click.option("--samples", type=click.IntRange(min=1), default=SOURCE_SAMPLES, show_default=True)
@DEVICE
def embed_source(body: str, proxy: str, samples: int, device: str) -> None:
    """Pass a source proxy through the body's own embedding, once."""
    from orca.data.proxy import PROXIES
    from orca.training.embed_source import embed_source as embed

    source = PROXIES.look_up(proxy, where="the source proxy asked for").source
    found = embed(
        body,
        proxy,
        weights=Path(layout.path("bodies", body=body)),
        raw=Path(layout.path("raw", source=source)),
        samples=samples,
        device=device_of(device),
    )
    found.write(Path(layout.path("features", body=body, proxy=proxy)))


@click.command()
@BODY
@click.argument("proxy")
@click.argument("terms")
@DEVICE
def source_terms(body: str, proxy: str, terms: str, device: str) -> None:
    """Compute what a distance needs of the source, once; TERMS is a name such as otdd-reg=0.05."""
    from orca.alignment.distance import DISTANCES
    from orca.training.source_terms import source_terms as compute

    distance, given = layout.parse_terms(terms)
    declared = DISTANCES.look_up(distance, where="the source terms asked for")
    compute(
        distance,
        source=Path(layout.path("features", body=body, proxy=proxy)),
        settings=declared.read_settings(given, where=f"the source terms '{terms}'"),
        out=Path(layout.path("terms", body=body, proxy=proxy, terms=terms)),
        device=device_of(device),
    )


@click.command()
@TASK
@BODY
@click.option("--worker", help="Number of a worker that shares the search, and does not end it.")
@DEVICE
def tune(task: AskedTask, body: str, worker: str | None, device: str) -> None:
    """Search for settings until there are enough trials; write them and the best settings."""
    from orca.provenance import write_json
    from orca.training.job_settings import JobSettings
    from orca.tuning.best import close
    from orca.tuning.search import Search
    from orca.tuning.settings import TuningSettings
    from orca.tuning.trial import TrialSettings

    out = layout.path("tuned", task=task.name, body=body)
    path = Path(layout.settings(out))
    job = JobSettings.read(path)
    groups = job.groups({**FINETUNE_READS, "search": TuningSettings}, where=path)
    search = Search(
        setup=setup_of(task, body, groups["model"], device),
        defaults=TrialSettings(**{name: groups[name] for name in FINETUNE_READS}),
        space=job.space,
        settings=groups["search"],
        folder=Path(layout.path("state", step="tune"), task.name, body),
        checkpoint_seconds=job.checkpoint_seconds,
    )
    search.work()
    if worker is None:
        close(search, Path(out))
    else:
        write_json(
            Path(layout.path("worker", task=task.name, body=body, worker=worker)),
            {"study": search.name},
        )


@click.command()
@TASK
@BODY
@click.option("--distance", required=True, help="Name of the distance that is brought down.")
@click.option(
    "--start", type=click.Choice(get_args(EmbedderStart)), required=True, help="Of the embedder."
)
@click.option("--set", "changes", multiple=True, help="A setting, `group.key=value`; repeatable.")
@SEEDS
@DEVICE
def align(  # noqa: PLR0913 (click passes each option by name)
    task: AskedTask,
    body: str,
    distance: str,
    start: EmbedderStart,
    changes: tuple[str, ...],
    seeds: tuple[int, ...],
    device: str,
) -> None:
    """Train the embedder until the target's features lie like the source's (stage two)."""
    from orca.alignment.distance import DISTANCES
    from orca.training.align import Align

    declared = DISTANCES.look_up(distance, where="--distance")
    known = {**ALIGN_READS, "distance": declared.settings}
    given = layout.parse_changes(changes)
    checked_groups(nested(given), known, where="--set")
    name = layout.alignment_name(distance, start, sorted(given.items()))
    out = layout.run_folder("aligned", task.name, body, name)
    job, groups = _settings(task, body, out, known, nested(given))
    own = groups["distance"]
    terms = layout.terms_name(distance, sorted(not_default(own).items()))
    proxy = job.proxy_of(body)
    step = Align(
        setup=setup_of(task, body, groups["model"], device),
        start=start,
        distance=distance,
        distance_settings=own,
        settings=groups["align"],
        optimizer=groups["optimizer"],
        source=Path(layout.path("features", body=body, proxy=proxy)),
        terms=Path(layout.path("terms", body=body, proxy=proxy, terms=terms)),
    )
    _make(step, "align", out, seeds, job)


@click.command()
@TASK
@BODY
@METHOD
@SEEDS
@DEVICE
def finetune(task: AskedTask, body: str, method: str, seeds: tuple[int, ...], device: str) -> None:
    """Train the weights on the task (stage three); a run that fails is recorded as failed."""
    from orca.methods.method import METHODS
    from orca.training.finetune import Finetune
    from orca.workflow.runs import alignment_name

    declared = METHODS.look_up(method, where="--method")
    out = layout.run_folder("finetuned", task.name, body, method)
    own = {"method": declared.settings} if declared.settings else {}
    job, groups = _settings(task, body, out, {**FINETUNE_READS, **own}, declared.fixes)
    alignment = job.alignment or alignment_name(declared, declared.fixes)
    by_test = groups["finetune"].selection == "test_as_published"
    source = layout.path("features", body=body, proxy=job.proxy_of(body))
    step = Finetune(
        setup=setup_of(task, body, groups["model"], device),
        method=method,
        settings=groups["finetune"],
        optimizer=groups["optimizer"],
        own=groups.get("method"),
        aligned=Path(layout.run_folder("aligned", task.name, body, alignment))
        if alignment
        else None,
        source=Path(source) if declared.needs_source else None,
        test=Path(layout.path("test", task=task.name)) if by_test else None,
        keep_failure=True,
    )
    _make(step, "finetune", out, seeds, job)


def _make(step: Any, name: str, out: str, seeds: tuple[int, ...], job: "JobSettings") -> None:
    """Make a step's runs, with their progress in a folder like that of their results."""
    from orca.training.seeds import run_seeds

    state = Path(layout.path("state", step=name), *Path(out).parts[-3:])
    seconds = job.checkpoint_seconds
    keys = run_seeds(step, seeds, out=Path(out), state=state, checkpoint_seconds=seconds)
    if Path(layout.settings(out)).exists():
        write_stamp(out, seeds, keys)


def _settings(
    task: AskedTask, body: str, out: str, known: Mapping[str, type[Settings]], *changes: Any
) -> tuple["JobSettings", dict[str, Any]]:
    """Return a job's file as read, and its groups of settings under tuned and fixed ones."""
    from orca.training.job_settings import JobSettings
    from orca.tuning.best import tuned_values

    path = Path(layout.settings(out))
    if not path.exists():
        log.info("%s is not there: the defaults hold, and the workflow makes its own run", path)
    job, names = JobSettings.read(path), {"task": task.name, "body": body}
    tuned = (
        tuned_values(Path(layout.path("best", **names)), **names)
        if job.hyperparameters == "tuned"
        else {}
    )
    return job, job.groups(known, tuned, job.fixed, *changes, where=path)
