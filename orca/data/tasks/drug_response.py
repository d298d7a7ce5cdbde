"""Drug response: from a cell line's genes and a drug's descriptors to how the cells take it.

Source: Zhu et al. 2021 (IGTD, Sci Rep 11:11325); ORCA (ICML 2023), A.7.
The paper's arrays were never released: `drug_ctrp` and `drug_gdsc` read them in the official
code's format where somebody has them. `..._improve` is a public substitute, the cross-study
benchmark of the IMPROVE project, with as many features; its scores are not the paper's.
Differs from the paper, in the substitute: which features and which pairs it used is not known;
here they are those that vary most over the training pairs, and a tenth of the pairs at random.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from orca.data.download import Download
from orca.data.task import AS_READ, Samples, Scalar, Splits, Task

BARRIER = (
    "these arrays were never published; ask the authors of ORCA, or use the substitute"
    " drug_ctrp_improve or drug_gdsc_improve"
)
# As the benchmark's documentation lays its files out; not tried.
IMPROVE = (
    "https://web.cels.anl.gov/projects/IMPROVE_FTP/candle/public/improve/benchmarks/"
    "single_drug_drp/benchmark-data-pilot1/csa_data/raw_data"
)
IMPROVE_FILES = tuple(
    Download(name=Path(place).name, urls=(f"{IMPROVE}/{place}",))
    for place in (
        "y_data/response.tsv", "x_data/cancer_gene_expression.tsv", "x_data/drug_mordred.tsv"
    )
)  # fmt: skip


@dataclass(frozen=True)
class Released:
    """The four arrays of one study, as the official code names them."""

    study: str


@dataclass(frozen=True)
class Rebuilt:
    """A study of the cross-study benchmark, and how many features are kept."""

    study: str
    features: int


def _arrays(study: str) -> tuple[Download, ...]:
    return tuple(
        Download(name=f"{study}_{part}_{what}.npy", barrier=BARRIER)
        for part in ("train", "test")
        for what in ("feat", "label")
    )


CTRP = Task(
    title="CTRP",
    suite="drug_response",
    origin="CTRP, Seashore-Ludlow et al. 2015; not published in this form",
    input_shape=(1, AS_READ),
    target=Scalar(unit="area under the dose-response curve"),
    samples=Samples(train=AS_READ, validation=AS_READ, test=AS_READ),
    loss="mse",
    metric="r2",
    extra_metrics=("one_minus_r2_chunked",),
    files=_arrays("ctrp"),
    source="drug_ctrp",
    option=Released("ctrp"),
)
GDSC = replace(
    CTRP,
    title="GDSC",
    origin="GDSC, Yang et al. 2013; not published in this form",
    files=_arrays("gdsc"),
    source="drug_gdsc",
    option=Released("gdsc"),
)


def _substitute(task: Task, study: str, features: int) -> Task:
    return replace(
        task,
        title=f"{task.title} (IMPROVE)",
        suite="drug_response_improve",
        origin=f"{study} in the cross-study benchmark of the IMPROVE project",
        input_shape=(1, features),
        files=IMPROVE_FILES,
        source="drug_improve",
        option=Rebuilt(study, features),
    )


TASKS = {
    "drug_ctrp": CTRP,
    "drug_gdsc": GDSC,
    "drug_ctrp_improve": _substitute(CTRP, "CTRPv2", 3901),
    "drug_gdsc_improve": _substitute(GDSC, "GDSCv1", 3739),
}


def read(raw: Path, task: Task) -> Splits:
    """Read the released arrays, or rebuild features and pairs from the benchmark's tables."""
    from orca.data import drugs

    option = task.option
    if isinstance(option, Rebuilt):
        return drugs.rebuilt(raw, study=option.study, features=option.features)
    assert isinstance(option, Released)
    return drugs.released(raw, study=option.study)
