"""One Slurm for all tests of a session, and folders in which the workflow has its inputs ready."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.machine import wait_until, why_not
from tests.cluster.slurm import Slurm

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
SNAKEMAKE = [sys.executable, "-m", "tests.cluster.head", "--snakefile", str(ROOT / "Snakefile")]
TASK, BODY, METHOD = "openml_61", "minilm", "finetune"
SEEDS = (0, 1)
EPOCHS = 60
RUNS = f"finetuned/{TASK}/{BODY}/{METHOD}"
STAMP = f"results/{RUNS}/seeds0-1.json"  # of the job that makes both seeds
# A run of about a minute that could be stopped anywhere; two seeds share a job.
OVERLAY = """
hyperparameters: {minilm: default}
seeds_by_body: {minilm: 2}
checkpoint_seconds: 2
source_samples: 200
device: cpu
"""


@pytest.fixture(scope="session")
def slurm():
    reason = why_not()
    if reason:
        pytest.skip(f"no Slurm can be started here: {reason}")
    folder = Path(tempfile.mkdtemp(prefix="orca-slurm-"))
    cluster = Slurm(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


@dataclass(frozen=True)
class Workflow:
    """The workflow in a folder of its own."""

    place: Path
    environment: dict[str, str]  # of its processes

    def set_defaults(self, body: str, **groups: dict[str, Any]) -> None:
        """Change some default settings of a body's runs, by group."""
        path = self.place / "config/hyperparameters.yaml"
        content = yaml.safe_load(path.read_text())
        for group, settings in groups.items():
            content["defaults"].setdefault(body, {}).setdefault(group, {}).update(settings)
        path.write_text(yaml.safe_dump(content))

    def start(self, *arguments: str, profile: str = "slurm") -> subprocess.Popen:
        """Start Snakemake; on the cluster it asks often how its jobs do."""
        options = ["--directory", str(self.place), "--configfile", str(self.place / "small.yaml")]
        if profile:
            options += ["--profile", str(ROOT / profile), "--latency-wait", "5"]
            options += ["--config", "largest_job_mb=9000"]  # of a node here
        else:
            options += ["--cores", "1"]
        out = (self.place / "snakemake.log").open("a")
        return subprocess.Popen(
            [*SNAKEMAKE, *arguments, *options], cwd=ROOT, env=self.environment,
            stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip

    def told(self) -> str:
        return (self.place / "snakemake.log").read_text()

    def end(self, process: subprocess.Popen, *, fails: bool = False) -> None:
        process.wait(timeout=900)
        assert (process.returncode != 0) == fails, self.told()[-5000:]

    def wait_for(self, true: Callable[[], object], *, seconds: float = 240) -> None:
        try:
            wait_until(lambda: bool(true()), what=self.place.name, seconds=seconds)
        except TimeoutError as fault:
            raise TimeoutError(f"{fault}: {self.told()[-5000:]}") from None

    def checkpoints(self) -> list[Path]:
        """Return the first seed's checkpoints."""
        state = self.place / "results/state" / RUNS.replace("finetuned", "finetune")
        return list(state.glob("seed0/checkpoint*"))

    def log(self) -> str:
        path = self.place / f"results/{RUNS}/seeds0-1.log"
        return path.read_text() if path.exists() else ""

    def goes_on(self) -> bool:
        return "going on from the checkpoint" in self.log()

    def weights(self) -> list[bytes]:
        return [
            (self.place / f"results/{RUNS}/seed{seed}/weights.safetensors").read_bytes()
            for seed in SEEDS
        ]


def _environment(base: dict[str, str]) -> dict[str, str]:
    path = f"{SCRIPTS}{os.pathsep}{base['PATH']}"
    return {**base, "PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def staged(tmp_path_factory) -> Path:
    """A folder with prepared data and a body, and the runs as they end undisturbed."""
    place = tmp_path_factory.mktemp("staged")
    shutil.copytree(ROOT / "config", place / "config")
    workflow = Workflow(place, _environment(dict(os.environ)))
    plain = {"min_batches_per_epoch": 1, "batch_size": 32, "selection": "last_epoch"}
    workflow.set_defaults(
        BODY, model={"layers": None}, finetune={"epochs": EPOCHS, "validate_every": 0, **plain}
    )
    (place / "small.yaml").write_text(OVERLAY)
    workflow.end(workflow.start(STAMP, profile=""))
    shutil.move(place / f"results/{RUNS}", place / "undisturbed")
    return place


@pytest.fixture
def workflow(slurm, staged, tmp_path) -> Workflow:
    """Prepared data are there, the run is to be made."""
    place = tmp_path / "place"
    shutil.copytree(staged, place, ignore=shutil.ignore_patterns("undisturbed", "locks"))
    return Workflow(place, _environment(slurm.environment))


@pytest.fixture
def undisturbed(staged) -> list[bytes]:
    return [(staged / f"undisturbed/seed{seed}/weights.safetensors").read_bytes() for seed in SEEDS]


@pytest.fixture
def running(workflow) -> Callable[..., subprocess.Popen]:
    """Start the run on the cluster, and return when it has written its first checkpoint."""

    def start(*arguments: str) -> subprocess.Popen:
        process = workflow.start(STAMP, *arguments)
        workflow.wait_for(workflow.checkpoints)
        return process

    return start
