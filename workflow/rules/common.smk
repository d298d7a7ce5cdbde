import sys
from pathlib import Path

from orca.choosing import Choosing
from orca.data.task import TASKS
from orca.grid import ALIGNMENTS, METHODS_THAT_CHOOSE, METHODS_WITH_BODY, Grid
from orca.jobs import Jobs
from orca.methods.method import METHODS
from orca.models.body import BODIES, CLOSEST
from orca.needs import Needs
from orca.packs import packs_of
from orca.provenance import code_digest
from orca.rendered import Rendered
from orca.reporting.figure import FIGURES
from orca.reporting.table import TABLES
from orca.rule_functions import for_rule
from orca.targets import check_targets

GRID = Grid.read(config, Path("config"))
JOBS = Jobs(GRID)
RENDERED = Rendered(GRID)
CHOOSING = Choosing(JOBS)
NEEDS = Needs(GRID)
PACKS = packs_of(GRID)
check_targets(sys.argv[1:], GRID)  # Snakemake itself does not say which name is near

PREPARED = "results/prepared/{task}"
BODY = "results/bodies/{body}"
SOURCE = "results/source/{body}"
TUNED = "results/tuned/{task}/{body}"
ALIGNED = "results/aligned/{task}/{body}/{alignment}"
FINETUNED = "results/finetuned/{task}/{body}/{method}"
SCORES = "results/scores/{task}/{body}/{method}"
PREDICTIONS = "results/predictions/{task}/{body}/{method}"
TRAINING_CODE = (
    "training",
    "models",
    "methods",
    "alignment",
    "evaluation",
    "data/store.py",
)
GPU = NEEDS.gpu
# Of fine-tuning; functions only where tasks differ, since they are called for every job.
BY_TASK = bool(GRID.choices.gpus_by_task)
GPUS = NEEDS.finetune_gpus if BY_TASK else GPU
LAUNCHER = JOBS.launcher if BY_TASK else "orca"


wildcard_constraints:
    # A folder each; the functions that rules name know which there are. Patterns of all the names
    # would be read through for every file of every job.
    task="[^/]+",
    body="[^/]+",
    method="[^/]+",
    alignment="[^/]+",
    terms="|".join(GRID.terms),
    source="|".join(GRID.sources),
    table="|".join(TABLES),
    figure="|".join(FIGURES),
    report="|".join(GRID.choices.reports),
    ending="|".join(["", *(f"_{ending}" for ending in GRID.test_endings)]),
    seed=r"\d+",
    worker=r"\d+",


for pack in PACKS[1:]:
    for step in ("align", "finetune", "evaluate"):
        workflow.ruleorder(f"{step}{pack.name}", step)


def per_seed(pattern, pack):
    """The files of a job: one for each seed of its pack, or of the one that is asked for."""
    return expand(pattern, seed=pack.seeds or "{seed}", allow_missing=True)
