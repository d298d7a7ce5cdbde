"""No more is loaded than is needed: a heavy library costs each command half a second or more."""

import subprocess
import sys

import pytest

from orca.evaluation.metric import METRICS
from orca.training.loss import LOSSES

HEAVY = {
    "torch", "transformers", "scipy", "sklearn", "pandas", "h5py", "matplotlib", "ot", "openml",
    "requests", "PIL",
}  # fmt: skip
LISTING = """
from orca.alignment.distance import DISTANCES
from orca.data.proxy import PROXIES
from orca.data.task import TASKS
from orca.declarations import Declarations
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.peers.peer import PEERS
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.workflow.pages import Pages
from orca.workflow.peer_jobs import PeerJobs
simulations = Declarations(package="orca.data.simulate", kind="simulation")
declared = (BODIES, DISTANCES, FIGURES, METHODS, PEERS, PROXIES, TABLES, TASKS, simulations)
assert all(map(len, declared))
"""
TABLES = """
from pathlib import Path
import orca.reporting.report
from orca.reporting.tabulate import render_published
render_published(Path("OUT"), Path("config/published"))
assert Path("OUT", "tables/table_4.md").exists()
"""
FILES = {module.__name__ for module in METRICS.modules.values()}
METRIC_BY_METRIC = f"""
import importlib, sys
for file in {FILES}:
    for loaded in [name for name in sys.modules if name.startswith("orca.evaluation")]:
        del sys.modules[loaded]
    importlib.import_module(file)
    assert set(sys.modules) & {FILES} == {{file}}, file
"""


def others(kind, package, *used):
    """Return the modules of a kind of declarations but for some."""
    return {f"{package}.{name}" for name in kind if name not in used}


CASES = {
    "the package": ("import orca", {"torch", "sklearn"}),
    "all that is declared": (LISTING, HEAVY),
    "tables and figures": (TABLES, {"torch", "transformers", "ot"}),
    "a loss and what it varies": (
        "from orca.training.loss import make_loss; make_loss('nrmse')",
        others(LOSSES, "orca.training.losses", "nrmse", "relative_l2"),
    ),
    "each metric": (METRIC_BY_METRIC, {"torch", "scipy", "sklearn", "pandas"}),
}


@pytest.mark.parametrize(("code", "unneeded"), CASES.values(), ids=CASES)
def test_what_is_not_needed_is_not_loaded(code, unneeded, tmp_path, pytestconfig):
    told = (
        f"{code.replace('OUT', str(tmp_path))}\nimport sys\nprint(*set(sys.modules) & {unneeded})"
    )
    command = [sys.executable, "-c", told]
    found = subprocess.run(
        command, cwd=pytestconfig.rootpath, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == ""
