"""Table 18 of ORCA's paper on the tables that packages carry: all of it can be run offline."""

from dataclasses import replace

from orca.data.task import TASKS
from orca.reporting.axis import Axis, methods, peers, rerun
from orca.reporting.declared_table import Table
from orca.reporting.names import ORCA
from orca.reporting.tables.orca_paper_other_benchmarks import RERUN_BOOSTING


def _row(number: int, *, copy: str = "", body: str = "minilm", count: int = 5) -> Axis:
    """Return the row of a table; its splits are the task itself and its variants."""
    name = f"openml_{number}"
    splits = (f"{name}{copy}_split{seed}" for seed in range(1, count))
    return Axis(
        name=name,
        task=f"{name}{copy}",
        splits=tuple(split for split in splits if split in TASKS),
        body=body,
        published={"task": name},
    )


TABLES = {
    "table_18_carried": Table(
        title="OpenML-CC18, the tables that packages carry: AUROC, one class against one",
        paper=ORCA,
        published_as="18",
        rows=(
            *(_row(number) for number in (23, 31, 37, 50, 54, 1510)),
            *(_row(number, copy="_carried") for number in (15, 29)),
        ),
        columns=(
            *RERUN_BOOSTING,
            replace(*peers("xgboost"), name="xgboost_default", title="XGBoost (defaults)"),
            *peers("linear_model_searched"),
            *methods("orca", "finetune", "scratch"),
        ),
        caption=(
            "Five splits of each table, half of it for testing, drawn by class; n counts splits, and "
            "the spreads are over them. Searched peers draw as many settings as `tuning` says and "
            "choose by the validation rows; the others have their library's defaults. MiniLM's search "
            "tries as many as `tuning_by_body` says, for fine-tuning; ORCA and training from scratch "
            "take what it finds. The printed columns are those of TabPFN's paper, each "
            "searched for an hour, and ORCA's. ORCA here tunes MiniLM, of which `model.layers` keeps "
            "the first blocks, where the paper has RoBERTa-base."
        ),
    ),
    "table_18_mpnet": Table(
        title="Two tables of OpenML-CC18 with a body of the paper's size: AUROC, one class against one",
        paper=ORCA,
        published_as="18",
        rows=tuple(_row(number, body="mpnet_base", count=3) for number in (1510, 50)),
        columns=(
            *rerun(xgboost=("XGBoost", "xgboost")),
            *peers("linear_model"),
            *methods("orca", "finetune", "scratch"),
        ),
        caption=(
            "Three splits of each table, half of it for testing, drawn by class; n counts splits, and "
            "the spreads are over them. The body is MPNet-base, of RoBERTa-base's size; a row of the "
            "table is one token. Its learning rate is searched by plain fine-tuning; ORCA and "
            "training from scratch take what that finds. Peers have their library's defaults."
        ),
    ),
}
