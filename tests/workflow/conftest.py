"""A folder of its own to run the workflow in, with a copy of the configuration."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Snakemake = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("workflow")
    shutil.copytree(ROOT / "config", folder / "config")
    return folder


@pytest.fixture(scope="module")
def snakemake(place) -> Snakemake:
    def run(*arguments: str, fails: bool = False) -> subprocess.CompletedProcess:
        scripts = Path(sys.executable).parent
        done = subprocess.run(
            [scripts / "snakemake", *arguments, "--cores", "2", "--snakefile", ROOT / "Snakefile"],
            cwd=place,
            env={**os.environ, "OMP_NUM_THREADS": "1"},  # no environment is active
            capture_output=True,
            text=True,
        )
        assert (done.returncode != 0) == fails, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    return run
