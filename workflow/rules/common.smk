import sys
from pathlib import Path
from shlex import quote

from orca.configuration import config_folder
from orca.data.task import TASKS
from orca.failed_jobs import what_failed
from orca.models.body import BODIES
from orca.peers.peer import PEERS
from orca.provenance import HISTORY, RECORD
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.reporting.scores import tables_left
from orca.workflow import layout
from orca.workflow.jobs import Jobs
from orca.workflow.pages import Pages
from orca.workflow.peer_jobs import PeerJobs
from orca.workflow.resources import JobResources
from orca.workflow.runs import Runs
from orca.workflow.targets import check_targets

RUNS = Runs.read(config, config_folder())
JOBS = Jobs(RUNS)
PEER_JOBS = PeerJobs(JOBS)
PAGES = Pages(JOBS)
NEEDS = JobResources(RUNS)
check_targets(sys.argv[1:], RUNS)  # Snakemake itself does not say which name is near

# Rules say `orca`; what runs is this interpreter, in the shell's place so that signals reach it.
shell.prefix(
    f"set -euo pipefail; export ORCA_RUNS_PER_GPU={RUNS.configuration.runs_per_gpu}; "
    f'orca() {{{{ exec {quote(sys.executable)} -m orca "$@"; }}}}; '
)

BODY = layout.path("bodies")
TUNED = layout.path("tuned")
ALIGNED = layout.path("aligned")
FINETUNED = layout.path("finetuned")
SCORES = layout.path("scores")
FIGURES_FOLDER = layout.root("figures")


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
    ending="|".join(
        ["", *{f"_{ending}" for t in TASKS.values() for ending, _ in t.also_tested_on}]
    ),
    seeds=layout.SEEDS,
    seed=r"\d+",
    worker=r"\d+",
