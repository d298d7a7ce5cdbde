"""Every path under the results folder, once.

Without names a path is a pattern with Snakemake's wildcards, with them that of one thing. The runs
of a job lie in one folder, `seed<k>` each; the job itself leaves a stamp beside them, `seed0.json`
for one seed and `seeds0-2.json` for several, and reads its settings from `settings.yaml` there.
"""

import json
import re
from collections.abc import Iterable, Sequence

from orca.errors import SettingsError

RESULTS = "results"
LONGEST = 200  # characters of a folder's name
SEEDS = r"seed[0-9]+|seeds[0-9]+-[0-9]+"  # the wildcard `seeds`
PATHS = {
    "task_entry": "results/tasks/{task}.yaml",  # a user's own task, which the commands take by name
    "raw": "results/raw/{source}",
    "sources": "results/raw/{source}/sources.json",  # says that the raw files are there
    "bodies": "results/bodies/{body}",
    "card": "results/bodies/{body}/card.json",  # says that the weights are there
    "prepared": "results/prepared/{task}",
    "fit": "results/prepared/{task}/fit.h5",  # training and validation samples
    "test": "results/prepared/{task}/test.h5",  # which only `evaluate` and `predict` read
    "data_card": "results/prepared/{task}/card.json",  # says that the others are there
    "picture": "results/prepared/{task}/samples.png",
    "schema": "results/prepared/{task}/schema.json",  # what the fit file taught
    "source": "results/source/{body}",
    "features": "results/source/{body}/{proxy}.safetensors",
    "terms": "results/source/{body}/{proxy}.{terms}.safetensors",
    "tuned": "results/tuned/{task}/{body}",
    "best": "results/tuned/{task}/{body}/best.yaml",
    "worker": "results/tuned/{task}/{body}/worker{worker}.json",
    "aligned": "results/aligned/{task}/{body}/{alignment}",
    "finetuned": "results/finetuned/{task}/{body}/{method}",
    "scores": "results/scores/{task}/{body}/{method}",
    "predictions": "results/predictions/{task}/{body}/{method}/seed{seed}{ending}.npz",
    "tables": "results/tables/{table}",
    "figures": "results/figures/{figure}",
    "histories": "results/figures/{table}_alignment.yaml",  # of the runs that are drawn there
    "figure_inputs": "results/figures/{figure}.yaml",  # the files that a paper's figure is drawn from
    "report": "results/{report}.html",
    "report_settings": "results/{report}.yaml",  # its tables, histories, configuration
    "experiment": "results/experiment.yaml",  # the part of the configuration that tables read
    "state": "results/state/{step}",  # unfinished progress, which no rule declares
    "logs": "results/logs/{step}/{name}.log",  # of steps whose results have no folder each
    "benchmarks": "results/benchmarks/{step}/{name}.tsv",
}
RUNS = ("raw", "bodies", "prepared", "source", "tuned", "aligned", "finetuned", "scores", "tables")
TABLE_ENDINGS = ("csv", "md", "tex", "html", "json")
FIGURE_ENDINGS = ("svg", "pdf", "png")


def path(kind: str, **names: object) -> str:
    """Return a path of a kind in `PATHS`: of one thing, or without names the pattern."""
    return PATHS[kind].format(**names) if names else PATHS[kind]


def run_folder(kind: str, task: str, body: str, which: str) -> str:
    """Return the folder of the runs of a task and a body by a method or an alignment."""
    return "/".join((root(kind), task, body, which))


def root(kind: str) -> str:
    """Return the folder above all results of one kind."""
    return PATHS[kind].partition("/{")[0]


def parse(target: str) -> tuple[str, dict[str, str]]:
    """Return the kind of a folder of results, and its wildcards as far as a path has them.

    The kind is empty for a path of no such folder.
    """
    for kind in RUNS:
        above = f"{root(kind)}/"
        if target.startswith(above):
            names = target.removeprefix(above).split("/")
            return kind, dict(zip(re.findall(r"{(\w+)}", PATHS[kind]), names, strict=False))
    return "", {}


def settings(folder: str) -> str:
    """Return the file with the settings of the jobs that leave their results in a folder."""
    return f"{folder}/settings.yaml"


def run(folder: str, seed: int | str) -> str:
    """Return the folder of one run."""
    return f"{folder}/seed{seed}"


def stamp(folder: str, seeds: str = "{seeds}") -> str:
    """Return the file that says that some runs in a folder are finished."""
    return f"{folder}/{seeds}.json"


def seeds_name(seeds: Sequence[int]) -> str:
    """Return the name of some successive seeds in a path: `seed0`, `seeds0-2`."""
    first, last = seeds[0], seeds[-1]
    if list(seeds) != list(range(first, last + 1)):
        raise ValueError(f"seeds that are not successive have no name: {list(seeds)}")
    return f"seed{first}" if first == last else f"seeds{first}-{last}"


def seeds_of(name: str) -> tuple[int, ...]:
    """Return the seeds that a name of `seeds_name` means, or its numbers alone: `0`, `0-2`.

    Raises:
        ValueError: if it is neither, or has no seed.
    """
    if not re.fullmatch(f"{SEEDS}|[0-9]+(-[0-9]+)?", name):
        raise ValueError(f"'{name}' names no seeds")
    first, *more = map(int, re.findall("[0-9]+", name))
    last = more[0] if more else first
    seeds = tuple(range(first, last + 1))
    if not seeds:
        raise ValueError(f"there is no seed from {first} to {last}")
    return seeds


def table_files(table: str) -> list[str]:
    """Return the files of a table."""
    return [f"{path('tables', table=table)}.{ending}" for ending in TABLE_ENDINGS]


def figure_files(figure: str) -> list[str]:
    """Return the pictures of a figure."""
    return [f"{path('figures', figure=figure)}.{ending}" for ending in FIGURE_ENDINGS]


def alignment_name(distance: str, start: str, changes: Sequence[tuple[str, object]] = ()) -> str:
    """Return the folder name of an alignment: what it is.

    Args:
        distance: its name.
        start: of the embedder.
        changes: settings, by `group.key`, in which it differs from the task's and body's own.
    """
    name = "-".join([distance, start, *(change(*item) for item in changes)])
    plain = {key: json.loads(json.dumps(value)) for key, value in changes}
    if len(name) > LONGEST or parse_alignment(name) != (distance, start, plain):
        raise SettingsError(
            where=f"the alignment {name}",
            what="the settings that a method changes make no folder's name",
            mend="set some of them for the body or the task in config/hyperparameters.yaml",
        )
    return name


def parse_alignment(name: str) -> tuple[str, str, dict[str, object]]:
    """Return distance, start and changed settings of an alignment's folder name."""
    words, changes = parse_terms(name)
    distance, _, start = words.partition("-")
    return distance, start, changes


def terms_name(distance: str, changes: Sequence[tuple[str, object]] = ()) -> str:
    """Return the name of a distance's source terms; `changes` are settings that are not default."""
    return "-".join([distance, *(change(*item) for item in changes)])


def parse_terms(name: str) -> tuple[str, dict[str, object]]:
    """Return the distance and its settings of a name of source terms."""
    words, *changes = re.split(r"-(?=[a-z_][a-z_.0-9]*=)", name)
    return words, parse_changes(changes)


def change(key: str, value: object) -> str:
    """Return a changed setting as it stands in a name."""
    return f"{key}={json.dumps(value, separators=(',', ':'))}".replace('"', "")


def parse_changes(changes: Iterable[str]) -> dict[str, object]:
    """Return by key the settings that `change` wrote, or a person in its way."""
    pairs = (each.partition("=") for each in changes)
    return {key: _value(text) for key, _, text in pairs}


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
