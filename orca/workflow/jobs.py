"""The inputs, the settings and the keys of the jobs of each rule, by Snakemake's wildcards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from orca.alignment.distance import DISTANCES
from orca.data.proxy import PROXIES
from orca.data.ways import Own
from orca.errors import SettingsError
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.provenance import digest_of
from orca.settings import Groups, not_default
from orca.training import key
from orca.training.job_settings import JobSettings, that_differ, write_settings
from orca.training.settings import FINETUNE_READS
from orca.tuning.search_key import tune_key
from orca.workflow import layout
from orca.workflow.runs import Runs

Files = dict[str, Any]


@dataclass(frozen=True)
class Jobs:
    """Inputs, arguments and keys of the jobs of a workflow.

    Every method takes Snakemake's wildcards, so that a rule can name it as an input function or a
    parameter. What a job reads as a file of settings is collected while the jobs are planned and
    written when the workflow starts, so that a dry run writes nothing.
    """

    runs: Runs
    settings_files: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def write_settings(self) -> None:
        """Write the files of settings of all planned jobs."""
        for path, content in self.settings_files.items():
            write_settings(Path(path), content)

    def keep(self, place: str, **content: Any) -> None:
        """Keep a job's settings, to be written beside its results."""
        seconds = self.runs.configuration.checkpoint_seconds
        differing = JobSettings(**content, checkpoint_seconds=seconds)
        path = layout.settings(place)
        self.settings_files[path] = differing.model_dump(mode="json", exclude_defaults=True)

    def _keep_training_settings(self, place: str, wildcards: Any, **content: Any) -> None:
        proxy = self.runs.proxy_of(wildcards.body)
        if proxy == BODIES[wildcards.body].proxy:
            proxy = ""
        self.keep(place, **content, proxy=proxy, hyperparameters=self.origin(wildcards))

    @property
    def device(self) -> list[str]:
        """The device that jobs use, as an option; none for the default."""
        device = self.runs.configuration.device
        return [] if device == "auto" else ["--device", device]

    def _keep_entry(self, task: str) -> None:
        """Keep a user's own entry of a task, to be written where the commands look for it."""
        if task in self.runs.configuration.tasks:
            entry = self.runs.configuration.tasks[task]
            self.settings_files[layout.path("task_entry", task=task)] = entry

    # Data and weights

    def fetch(self, wildcards: Any) -> list[str]:
        """Return what a raw folder is fetched for, as an option."""
        kind, name = self.runs.sources[wildcards.source]
        if kind == "task":
            self._keep_entry(name)
        return [f"--{kind}", name]

    def own_files(self, wildcards: Any) -> list[str]:
        """Return the files of a person's own task: edited ones are read again.

        One that is missing is left to `fetch`, which says so.
        """
        files = self.runs.needing(wildcards.source).files
        own = [Path(file.path).expanduser() for file in files if isinstance(file, Own)]
        return [str(path) for path in own if path.is_file()]

    def fetch_key(self, wildcards: Any) -> str:
        """Return the key of a raw folder: what those of its files are made by that we make."""
        files = self.runs.needing(wildcards.source).files
        return digest_of([(file.name, file.recipe) for file in files])

    def body_folder(self, wildcards: Any) -> list[str]:
        """Return the folder that the configuration names for a body's weights, as an option."""
        folder = self.runs.configuration.body_folders.get(wildcards.body)
        return ["--folder", folder] if folder else []

    def pretrain_files(self, wildcards: Any) -> list[str]:
        """Return what pretraining reads, beside its settings: nothing."""
        settings = not_default(self.runs.configuration.pretraining)
        self.keep(layout.path("bodies", body=wildcards.body), settings={"pretraining": settings})
        return []

    def pretrain_key(self, wildcards: Any) -> str:
        """Return the key of a body's pretraining."""
        settings = self.runs.configuration.pretraining
        return key.pretrain_key(body=wildcards.body, settings=settings)

    def raw(self, wildcards: Any) -> str:
        """Return the record that a task's raw files are there."""
        self._keep_entry(wildcards.task)
        return layout.path("sources", source=self.runs.source_of(wildcards.task))

    def prepare_key(self, wildcards: Any) -> str:
        """Return the key of a task's preparation."""
        return key.prepare_key(name=wildcards.task, task=self.runs.task(wildcards.task))

    # The source

    def proxy_files(self, wildcards: Any) -> Files:
        """Return what embedding a source proxy reads."""
        raw = PROXIES.look_up(wildcards.proxy, where="the source proxy asked for").source
        return {
            "weights": layout.path("card", body=wildcards.body),
            "raw": layout.path("sources", source=raw),
        }

    def embed_key(self, wildcards: Any) -> str:
        """Return the key of source features."""
        return key.embed_key(body=wildcards.body, proxy=wildcards.proxy)

    def terms_key(self, wildcards: Any) -> str:
        """Return the key of source terms."""
        distance, given = layout.parse_terms(wildcards.terms)
        declared = DISTANCES.look_up(distance, where="the source terms asked for")
        settings = declared.read_settings(given, where=f"the source terms '{wildcards.terms}'")
        return key.terms_key(distance=distance, settings=settings)

    # The search

    def data_files(self, wildcards: Any) -> Files:
        """Return what every training job reads: prepared data and the body's weights."""
        return {
            "prepared": layout.path("fit", task=wildcards.task),
            "weights": layout.path("card", body=wildcards.body),
        }

    def _searched(self, wildcards: Any) -> Groups:
        groups = self.runs.plain_settings(wildcards.task, wildcards.body)
        return {name: groups[name] for name in FINETUNE_READS}

    def tune_key(self, wildcards: Any) -> str:
        """Return the key of a search; how many jobs share it changes nothing."""
        return tune_key(
            task=self.runs.task(wildcards.task),
            body=wildcards.body,
            settings=self._searched(wildcards),
            search=self.runs.configuration.tuning_of(wildcards.body),
            space=self.runs.space.of(wildcards.body),
        )

    def worker_files(self, wildcards: Any) -> Files:
        """Return what a worker of a search reads."""
        body = wildcards.body
        search = not_default(self.runs.configuration.tuning_of(body))
        differing = that_differ(self._searched(wildcards)) | {"search": search}
        place = layout.path("tuned", task=wildcards.task, body=body)
        self.keep(place, settings=differing, space=self.runs.space.of(body))
        return self.data_files(wildcards)

    def search_files(self, wildcards: Any) -> Files:
        """Return what the closing step of a search reads; a lone worker is that step itself."""
        workers, names = self.runs.configuration.workers_of(wildcards.body), dict(wildcards.items())
        numbers = range(workers if workers > 1 else 0)
        records = [layout.path("worker", **names, worker=str(n)) for n in numbers]
        return {**self.worker_files(wildcards), "workers": records}

    # Alignment and fine-tuning

    def _tuned(self, wildcards: Any) -> Files:
        """Return the settings that a search found, where they count."""
        if self.origin(wildcards) != "tuned":
            return {}
        return {"tuned": layout.path("best", task=wildcards.task, body=wildcards.body)}

    def align_files(self, wildcards: Any) -> Files:
        """Return what an alignment reads."""
        task, body, proxy = wildcards.task, wildcards.body, self.runs.proxy_of(wildcards.body)
        terms = self.runs.terms_of(task, body, wildcards.alignment)
        differing = that_differ(self.runs.align_settings(task, body, wildcards.alignment))
        place = layout.run_folder("aligned", task, body, wildcards.alignment)
        self._keep_training_settings(place, wildcards, settings=differing)
        return {
            **self.data_files(wildcards),
            **self._tuned(wildcards),
            "source": layout.path("features", body=body, proxy=proxy),
            "terms": layout.path("terms", body=body, proxy=proxy, terms=terms),
        }

    def align_what(self, wildcards: Any) -> list[str]:
        """Return an alignment as options: its distance, its start, and what it changes."""
        distance, start, changes = layout.parse_alignment(wildcards.alignment)
        options = (["--set", layout.change(*item)] for item in changes.items())
        return ["--distance", distance, "--start", start, *chain.from_iterable(options)]

    def align_key(self, wildcards: Any) -> str:
        """Return the key of an alignment."""
        task, body, alignment = wildcards.task, wildcards.body, wildcards.alignment
        groups = self.runs.align_settings(task, body, alignment)
        distance, start, _ = layout.parse_alignment(alignment)
        return key.align_key(
            task=self.runs.task(task), body=body, start=start, distance=distance, settings=groups
        )

    def finetune_files(self, wildcards: Any) -> Files:
        """Return what fine-tuning reads: for aligned methods the embedder of every seed."""
        task, body, method = wildcards.task, wildcards.body, wildcards.method
        self._keep_finetune_settings(wildcards)
        files = {**self.data_files(wildcards), **self._tuned(wildcards)}
        alignment = self.runs.alignment_of(method)
        if alignment:
            folder = layout.run_folder("aligned", task, body, alignment)
            files["aligned"] = layout.stamp(folder, wildcards.seeds)
        if METHODS[method].needs_source:
            files["source"] = layout.path("features", body=body, proxy=self.runs.proxy_of(body))
        finetune = self.runs.finetune_settings(task, body, method)["finetune"]
        if getattr(finetune, "selection", "") == "test_as_published":
            files["test"] = layout.path("test", task=task)
        return files

    def _keep_finetune_settings(self, wildcards: Any) -> None:
        task, body, method = wildcards.task, wildcards.body, wildcards.method
        given = self.runs.of_method(method) if self.origin(wildcards) == "tuned" else {}
        self._keep_training_settings(
            layout.run_folder("finetuned", task, body, method),
            wildcards,
            settings=that_differ(self.runs.finetune_settings(task, body, method)),
            fixed={name: given[name] for name in FINETUNE_READS if name in given},
            alignment=self.runs.alignment_of(method),
        )

    def finetune_key(self, wildcards: Any) -> str:
        """Return the key of a fine-tuning."""
        task, body, method = wildcards.task, wildcards.body, wildcards.method
        groups = self.runs.finetune_settings(task, body, method)
        return key.finetune_key(
            task=self.runs.task(task), body=body, method=method, settings=groups
        )

    # The test split

    def evaluate_files(self, wildcards: Any) -> Files:
        """Return what an evaluation reads: the runs, the body, and the test splits."""
        task, body, method = wildcards.task, wildcards.body, wildcards.method
        runs = layout.stamp(layout.run_folder("finetuned", task, body, method), wildcards.seeds)
        also = [layout.path("test", task=name) for _, name in self.runs.task(task).also_tested_on]
        tests = {"test": layout.path("test", task=task), "also": also}
        return {"runs": runs, **self.data_files(wildcards), **tests}

    def evaluate_key(self, wildcards: Any) -> str:
        """Return the key of an evaluation, with where the run's settings are from: scores name it."""
        task, body, method = wildcards.task, wildcards.body, wildcards.method
        code = key.evaluate_key(task=self.runs.task(task), body=body, method=method)
        return f"{code} {self.origin(wildcards)}"

    def origin(self, wildcards: Any) -> str:
        """Return where the settings of a run come from."""
        return self.runs.origin(wildcards.task, wildcards.body, getattr(wildcards, "method", ""))

    def predict_files(self, wildcards: Any) -> Files:
        """Return what the predictions of a run for a test split are made from.

        Raises:
            SettingsError: if the task is not tested on what the file's name ends in.
        """
        task = wildcards.task
        pairs = self.runs.task(task).also_tested_on
        tests = {"": task} | {f"_{ending}": name for ending, name in pairs}
        if wildcards.ending not in tests:
            raise SettingsError(
                where=f"predictions of a run on {task}",
                what=f"it is not tested on anything called '{wildcards.ending}'",
                mend=f"ask for a file whose name ends in 'seed<k>' and one of {list(tests)}",
            )
        folder = layout.run_folder("finetuned", task, wildcards.body, wildcards.method)
        runs = layout.stamp(folder, f"seed{wildcards.seed}")
        test = layout.path("test", task=tests[wildcards.ending])
        return {"runs": runs, **self.data_files(wildcards), "test": test}
