"""Every path under the results folder, once.

Without arguments a function gives the path as a pattern with Snakemake's wildcards, with them the
path of one thing. The runs of a job lie in one folder, `seed<k>` each; the job itself leaves a
stamp beside them, `seed0.json` for one seed and `seeds0-2.json` for several.
"""

import json
import re
from collections.abc import Sequence

RESULTS = "results"
SEEDS = r"seed\d+|seeds\d+-\d+"  # the wildcard `seeds`
PLACES = {  # where each kind of result lies, with Snakemake's wildcards
    "tasks": "results/tasks/{task}",
    "raw": "results/raw/{source}",
    "bodies": "results/bodies/{body}",
    "prepared": "results/prepared/{task}",
    "source": "results/source/{body}",
    "tuned": "results/tuned/{task}/{body}",
    "aligned": "results/aligned/{task}/{body}/{alignment}",
    "finetuned": "results/finetuned/{task}/{body}/{method}",
    "scores": "results/scores/{task}/{body}/{method}",
    "predictions": "results/predictions/{task}/{body}/{method}",
    "tables": "results/tables/{table}",
    "figures": "results/figures",
    "state": "results/state",
    "logs": "results/logs",
    "benchmarks": "results/benchmarks",
}
TABLE_ENDINGS = ("csv", "md", "tex", "html", "json")
FIGURE_ENDINGS = ("svg", "pdf", "png")


def folder(kind: str, *names: str) -> str:
    """Return the folder of one kind of result, or of one result.

    Args:
        kind: a name in `PLACES`.
        names: that its wildcards stand for, from the first on; none leaves the wildcards.
    """
    pattern = PLACES[kind]
    return "/".join((pattern.partition("/{")[0], *names)) if names else pattern


def root(kind: str) -> str:
    """Return the folder above all results of one kind."""
    return PLACES[kind].partition("/{")[0]


def parse(path: str) -> tuple[str, dict[str, str]]:
    """Return the kind of a path under the results folder, and its wildcards as far as they go.

    The kind is empty for a path of no kind.
    """
    for kind, pattern in PLACES.items():
        above = root(kind)
        if path.startswith(f"{above}/"):
            names = path.removeprefix(f"{above}/").split("/")
            return kind, dict(zip(re.findall(r"{(\w+)}", pattern), names, strict=False))
    return "", {}


def settings(of: str) -> str:
    """Return the file with the settings of the jobs that leave their results in a folder."""
    return f"{of}/settings.yaml"


def state(step: str, *names: str) -> str:
    """Return the folder of a step's unfinished progress, which no rule declares."""
    return folder("state", step, *names)


def log(step: str, name: str) -> str:
    """Return the log of a step whose results have no folder of their own."""
    return f"{root('logs')}/{step}/{name}.log"


def benchmark(step: str, name: str) -> str:
    """Return Snakemake's benchmark of a step whose results have no folder of their own."""
    return f"{root('benchmarks')}/{step}/{name}.tsv"


def seeds_name(seeds: Sequence[int]) -> str:
    """Return what stands for some successive seeds in a path: `seed0`, `seeds0-2`."""
    first, last = seeds[0], seeds[-1]
    return f"seed{first}" if first == last else f"seeds{first}-{last}"


def seeds_of(name: str) -> tuple[int, ...]:
    """Return the seeds that a name of `seeds_name` stands for."""
    first, _, last = name.lstrip("sed").partition("-")
    return tuple(range(int(first), int(last or first) + 1))


def stamp(of: str, seeds: str = "{seeds}") -> str:
    """Return the file that says that some runs in a folder are finished, with their keys."""
    return f"{of}/{seeds}.json"


def run(of: str, seed: int) -> str:
    """Return the folder of one run."""
    return f"{of}/seed{seed}"


def task_entry(task: str) -> str:
    """Return the file that describes a user's own task to the commands."""
    return f"{folder('tasks', task)}.yaml"


def sources(source: str = "{source}") -> str:
    """Return the record that a raw folder's files are there."""
    return f"{folder('raw', source)}/sources.json"


def card(body: str = "{body}") -> str:
    """Return the record that a body's weights are there."""
    return f"{folder('bodies', body)}/card.json"


def fit(task: str = "{task}") -> str:
    """Return a task's training and validation samples."""
    return f"{folder('prepared', task)}/fit.h5"


def test(task: str = "{task}") -> str:
    """Return a task's test samples, which only `evaluate` and `predict` read."""
    return f"{folder('prepared', task)}/test.h5"


def features(body: str = "{body}", proxy: str = "{proxy}") -> str:
    """Return the embedded source of a body."""
    return f"{folder('source', body)}/{proxy}.safetensors"


def terms(body: str = "{body}", proxy: str = "{proxy}", terms: str = "{terms}") -> str:
    """Return what a distance keeps of the embedded source of a body."""
    return f"{folder('source', body)}/{proxy}.{terms}.safetensors"


def best(task: str = "{task}", body: str = "{body}") -> str:
    """Return the settings that a search found."""
    return f"{folder('tuned', task, body)}/best.yaml"


def worker(task: str = "{task}", body: str = "{body}", worker: str = "{worker}") -> str:
    """Return the record that a worker of a search has ended."""
    return f"{folder('tuned', task, body)}/worker{worker}.json"


def score(task: str, body: str, method: str, seed: int) -> str:
    """Return the score of one run."""
    return f"{run(folder('scores', task, body, method), seed)}.json"


def predictions(path: str = "{task}/{body}/{method}/seed{seed}", ending: str = "{ending}") -> str:
    """Return a run's predictions for a test split; `ending` names another task's."""
    return f"{root('predictions')}/{path}{ending}.npz"


def table_files(table: str) -> list[str]:
    """Return the files of a table."""
    return [f"{folder('tables', table)}.{ending}" for ending in TABLE_ENDINGS]


def figure_files(figure: str) -> list[str]:
    """Return the pictures of a figure."""
    return [f"{folder('figures')}/{figure}.{ending}" for ending in FIGURE_ENDINGS]


def report(name: str = "{report}") -> str:
    """Return a report."""
    return f"{RESULTS}/{name}.html"


def report_settings(name: str) -> str:
    """Return what a report is told: tables, histories, configuration."""
    return f"{RESULTS}/{name}.yaml"


def histories(table: str) -> str:
    """Return the list of histories that a table's figure of alignments is drawn from."""
    return f"{folder('figures')}/{table}_alignment.yaml"


def experiment() -> str:
    """Return the part of the configuration that tables read."""
    return f"{RESULTS}/experiment.yaml"


def alignment_name(distance: str, start: str, changes: Sequence[tuple[str, object]] = ()) -> str:
    """Return the folder name of an alignment: what it is.

    Args:
        distance: its name.
        start: of the embedder.
        changes: settings, by `group.key`, in which it differs from the task's and body's own.
    """
    return "-".join([distance, start, *(f"{key}={_text(value)}" for key, value in changes)])


def parse_alignment(name: str) -> tuple[str, str, dict[str, object]]:
    """Return distance, start and changed settings of an alignment's folder name."""
    return _parse(name, words=2)  # type: ignore[return-value]


def terms_name(distance: str, changes: Sequence[tuple[str, object]] = ()) -> str:
    """Return the name of a distance's source terms; `changes` are settings that are not default."""
    return "-".join([distance, *(f"{key}={_text(value)}" for key, value in changes)])


def parse_terms(name: str) -> tuple[str, dict[str, object]]:
    """Return the distance and its settings of a name of source terms."""
    return _parse(name, words=1)  # type: ignore[return-value]


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":")).replace('"', "")


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _parse(name: str, *, words: int) -> tuple[object, ...]:
    first, *changes = re.split(r"-(?=[a-z_.]+=)", name)
    head = first.split("-", words - 1)
    pairs = (change.partition("=") for change in changes)
    missing = [""] * (words - len(head))
    return (*head, *missing, {key: _value(value) for key, _, value in pairs})
