"""What each job of the workflow reads and is told: files and arguments by wildcards."""

import json
import shlex
from dataclasses import dataclass
from typing import Any

from orca.errors import SettingsError
from orca.grid import ALIGNMENTS, Grid
from orca.methods.method import METHODS
from orca.rule_functions import RuleFunctions
from orca.settings import as_json

RESULTS = "results"
Files = dict[str, Any]


def line(**arguments: Any) -> str:
    """Return command-line options, quoted; an empty one is left out.

    Args:
        arguments: by option name; True for an option without a value, a list for a repeated one.
    """
    words: list[str] = []
    for name, value in arguments.items():
        option = f"--{name.replace('_', '-')}"
        values = value if isinstance(value, list) else [value]
        for each in values:
            if each is True:
                words.append(option)
            elif each != "" and each is not None and each is not False:  # 0 is a value
                words += [option, shlex.quote(str(each))]
    return " ".join(words)


@dataclass(frozen=True)
class Jobs(RuleFunctions):
    """Files and arguments of the jobs of a grid.

    Every method takes Snakemake's wildcards, so that rules can name it as an input function.

    Args:
        grid: all runs that can be asked for.
    """

    grid: Grid

    def fetch(self, wildcards: Any) -> str:
        """Return what a raw folder is fetched for."""
        kind, _, name = self.grid.sources[wildcards.source].rpartition(":")
        return line(proxy=name) if kind else line(task=self.grid.task_argument(name))

    def body_folder(self, wildcards: Any) -> str:
        """Return the folder that the configuration names for a body's weights."""
        return line(folder=self.grid.choices.body_folders.get(wildcards.body, ""))

    def pretrain(self, wildcards: Any) -> str:
        """Return what the pretraining of a body is told."""
        return line(
            body=wildcards.body,
            settings=as_json(self.grid.choices.pretraining),
            device=self.grid.choices.device,
            out=f"{RESULTS}/bodies/{wildcards.body}",
            state=f"{RESULTS}/state/pretrain_body/{wildcards.body}",
        )

    def weights(self, body: str) -> str:
        """Return the record that a body's weights are there."""
        return f"{RESULTS}/bodies/{body}/card.json"

    def raw(self, wildcards: Any) -> str:
        """Return the record that a task's raw files are there."""
        return f"{RESULTS}/raw/{self.grid.source_of(wildcards.task)}/sources.json"

    def _source(self, wildcards: Any) -> str:
        proxy = self.grid.body(wildcards.body).proxy
        return f"{RESULTS}/source/{wildcards.body}/{proxy}.safetensors"

    def cell_files(self, wildcards: Any) -> Files:
        """Return what every training job reads: prepared data, weights, tuned settings."""
        files = {
            "prepared": f"{RESULTS}/prepared/{wildcards.task}/fit.h5",
            "weights": self.weights(wildcards.body),
        }
        if self.grid.tuned(wildcards.body):
            files["tuned"] = f"{RESULTS}/tuned/{wildcards.task}/{wildcards.body}/best.yaml"
        return files

    def cell(self, wildcards: Any, method: str = "") -> str:
        """Return what every training job is told: task, body, settings, where they lie."""
        files = self.cell_files(wildcards)
        return line(
            task=self.grid.task_argument(wildcards.task),
            body=wildcards.body,
            settings=self.grid.settings_json(wildcards.task, wildcards.body, method),
            prepared=files["prepared"],
            weights=f"{RESULTS}/bodies/{wildcards.body}",
            tuned=files.get("tuned"),
            device=self.grid.choices.device,
        )

    def search(self, wildcards: Any) -> str:
        """Return what a worker of a search is told."""
        task, body = wildcards.task, wildcards.body
        # How many share it changes nothing: another number reruns no worker that has ended.
        search = self.grid.choices.tuning_of(body).model_dump(mode="json", exclude={"workers"})
        return line(
            task=self.grid.task_argument(task),
            body=body,
            settings=self.grid.settings_json(task, body),
            prepared=f"{RESULTS}/prepared/{task}/fit.h5",
            weights=f"{RESULTS}/bodies/{body}",
            device=self.grid.choices.device,
            space=self.grid.space_json(body),
            search=json.dumps(search, sort_keys=True),
            state=f"{RESULTS}/state/tune/{task}/{body}",
        )

    def search_workers(self, wildcards: Any) -> list[str]:
        """Return the records of a search's workers; a lone worker is the closing step itself."""
        folder = f"{RESULTS}/tuned/{wildcards.task}/{wildcards.body}"
        workers = self.grid.choices.tuning_of(wildcards.body).workers
        return [f"{folder}/worker{number}.json" for number in range(workers if workers > 1 else 0)]

    def align_files(self, wildcards: Any) -> Files:
        """Return what an alignment reads."""
        source = self._source(wildcards)
        key = self.grid.terms_key(wildcards.task, wildcards.body, wildcards.alignment)
        terms = source.replace(".safetensors", f".{key}.safetensors")
        return {**self.cell_files(wildcards), "source": source, "terms": terms}

    def align(self, wildcards: Any, *, seeds: tuple[int, ...] = ()) -> str:
        """Return what an alignment is told; `seeds` of its pack, or none for the one asked for."""
        files = self.align_files(wildcards)
        place = f"{wildcards.task}/{wildcards.body}/{wildcards.alignment}"
        return " ".join(
            (
                self.cell(wildcards),
                line(
                    method=ALIGNMENTS[wildcards.alignment],
                    source=files["source"],
                    terms=files["terms"],
                    out=f"{RESULTS}/aligned/{place}",
                    state=f"{RESULTS}/state/align/{place}",
                    seed=self._seeds(wildcards, seeds),
                ),
            )
        )

    @staticmethod
    def _seeds(wildcards: Any, seeds: tuple[int, ...]) -> list[int]:
        return list(seeds) or [int(wildcards.seed)]

    def _aligned(self, wildcards: Any) -> str:
        key = METHODS[wildcards.method].alignment_key
        return f"{RESULTS}/aligned/{wildcards.task}/{wildcards.body}/{key}" if key else ""

    def finetune_files(self, wildcards: Any, seeds: tuple[int, ...]) -> Files:
        """Return what fine-tuning reads: for aligned methods the embedder of every seed."""
        files: Files = self.cell_files(wildcards)
        folder = self._aligned(wildcards)
        if folder:
            numbers = self._seeds(wildcards, seeds)
            files["aligned"] = [f"{folder}/seed{k}/embedder.safetensors" for k in numbers]
        if METHODS[wildcards.method].needs_source:
            files["source"] = self._source(wildcards)
        settings = self.grid.settings(wildcards.task, wildcards.body, wildcards.method)
        if settings.selection == "test_as_published":
            files["test"] = f"{RESULTS}/prepared/{wildcards.task}/test.h5"
        return files

    def launcher(self, wildcards: Any) -> str:
        """Return what starts fine-tuning: on several GPUs, one process for each."""
        gpus = self.grid.choices.gpus_by_task.get(wildcards.task, 1)
        return "orca" if gpus == 1 else f"torchrun --standalone --nproc-per-node {gpus} -m orca"

    def finetune(self, wildcards: Any, *, seeds: tuple[int, ...] = (), under: str = "") -> str:
        """Return what fine-tuning is told.

        Args:
            wildcards: of the job.
            seeds: of its pack, or none for the one asked for.
            under: stands for the body in the outputs' path.
        """
        files = self.finetune_files(wildcards, seeds=(0,))
        place = f"{wildcards.task}/{under or wildcards.body}/{wildcards.method}"
        return " ".join(
            (
                self.cell(wildcards, wildcards.method),
                line(
                    method=wildcards.method,
                    aligned=self._aligned(wildcards),
                    source=files.get("source"),
                    test=files.get("test"),
                    out=f"{RESULTS}/finetuned/{place}",
                    state=f"{RESULTS}/state/finetune/{place}",
                    keep_failure=True,
                    seed=self._seeds(wildcards, seeds),
                ),
            )
        )

    def evaluate_files(self, wildcards: Any) -> Files:
        """Return what an evaluation reads beside the run and its test split."""
        return {**self.cell_files(wildcards), "also": self.also_tested_on(wildcards)}

    def also_tested_on(self, wildcards: Any) -> list[str]:
        """Return the test splits of other tasks that a run is scored on too."""
        pairs = self.grid.task(wildcards.task).also_tested_on
        return [f"{RESULTS}/prepared/{name}/test.h5" for _, name in pairs]

    def predicted_test(self, wildcards: Any) -> str:
        """Return the test split that predictions are kept of.

        Raises:
            SettingsError: if the task is not tested on what the file's name ends in.
        """
        pairs = self.grid.task(wildcards.task).also_tested_on
        tests = {"": wildcards.task} | {f"_{ending}": name for ending, name in pairs}
        if wildcards.ending not in tests:
            raise SettingsError(
                where=f"predictions of a run on {wildcards.task}",
                what=f"it is not tested on anything called '{wildcards.ending}'",
                mend=f"ask for a file whose name ends in 'seed<k>' and one of {list(tests)}",
            )
        return f"{RESULTS}/prepared/{tests[wildcards.ending]}/test.h5"

    def predict(self, wildcards: Any) -> str:
        """Return what is told of the predictions for a test split."""
        place = f"{wildcards.task}/{wildcards.body}/{wildcards.method}/seed{wildcards.seed}"
        return line(
            run=f"{RESULTS}/finetuned/{place}",
            test=self.predicted_test(wildcards),
            device=self.grid.choices.device,
        )

    def evaluate(self, wildcards: Any, *, seeds: tuple[int, ...] = (), under: str = "") -> str:
        """Return what an evaluation is told; arguments as of `finetune`."""
        place = f"{wildcards.task}/{under or wildcards.body}/{wildcards.method}"
        return " ".join(
            (
                self.cell(wildcards, wildcards.method),
                line(
                    runs=f"{RESULTS}/finetuned/{place}",
                    test=f"{RESULTS}/prepared/{wildcards.task}/test.h5",
                    also=self.also_tested_on(wildcards),
                    scores=f"{RESULTS}/scores/{place}",
                    hyperparameters=self.grid.choices.hyperparameters_of(wildcards.body),
                    filed_under=under,
                    seed=self._seeds(wildcards, seeds),
                ),
            )
        )
