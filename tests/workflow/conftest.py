"""A folder of its own to run the workflow in, with a copy of the configuration."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests import forked

ROOT = Path(__file__).parents[2]
Snakemake = Callable[..., CompletedProcess]


def jobs(told: str) -> dict[str, int]:
    """Return the number of planned jobs by rule, as a dry run tells before and after the jobs."""
    last = told.rpartition("Job stats:")[2]
    found = re.findall(r"^(\w+) +(\d+)$", last, flags=re.MULTILINE)
    return {name: int(count) for name, count in found}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("workflow")
    shutil.copytree(ROOT / "config", folder / "config")
    return folder


@pytest.fixture(scope="module")
def snakemake(place) -> Snakemake:
    def run(*arguments: object, fails: bool = False) -> CompletedProcess:
        words = [*arguments, "--cores", "2", "--snakefile", ROOT / "Snakefile"]
        done = forked.snakemake(place, *map(str, words))
        assert (done.returncode != 0) == fails, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    return run
