import sys
from pathlib import Path
from shlex import quote

from orca.reporting.figure import FIGURES
from orca.reporting.table import TABLES
from orca.workflow import layout
from orca.workflow.jobs import Jobs
from orca.workflow.resources import JobResources
from orca.workflow.runs import Runs
from orca.workflow.targets import check_targets

RUNS = Runs.read(config, Path("config"))
JOBS = Jobs(RUNS)
NEEDS = JobResources(RUNS)
check_targets(sys.argv[1:], RUNS)  # Snakemake itself does not say which name is near

# Rules say `orca`; what runs is this interpreter, in the shell's place so that signals reach it.
shell.prefix(
    f'set -euo pipefail; orca() {{{{ exec {quote(sys.executable)} -m orca "$@"; }}}}; '
)

PREPARED = layout.folder("prepared")
BODY = layout.folder("bodies")
TUNED = layout.folder("tuned")
ALIGNED = layout.folder("aligned")
FINETUNED = layout.folder("finetuned")
SCORES = layout.folder("scores")
FIGURES_FOLDER = layout.folder("figures")


wildcard_constraints:
    # A folder each; the functions that rules name know which there are.
    task="[^/]+",
    body="[^/]+",
    method="[^/]+",
    alignment="[^/]+",
    proxy="[^/.]+",
    terms="[^/]+",
    source="[^/]+",
    table="|".join(TABLES),
    figure="|".join(FIGURES),
    report="|".join(RUNS.configuration.reports),
    ending="|".join(["", *(f"_{ending}" for ending in RUNS.test_endings)]),
    seeds=layout.SEEDS,
    seed=r"\d+",
    worker=r"\d+",
