"""CatBoost: gradient-boosted trees with ordered statistics of categories."""

from typing import TYPE_CHECKING, Any

from orca.peers.peer import Peer, Predict, Problem, Rows, searched
from orca.peers.suited_tasks import tables

if TYPE_CHECKING:
    import pandas

GAP = "missing"


def fit(problem: Problem) -> Predict:
    """Fit the trees; categories stay categories."""
    import catboost

    kind: Any = catboost.CatBoostClassifier if problem.classifies else catboost.CatBoostRegressor
    model = kind(
        random_seed=problem.seed,
        thread_count=problem.threads,
        allow_writing_files=False,
        verbose=False,
        cat_features=_categorical(problem.rows),
        **problem.settings,
    )
    return problem.fitted(model, _texts)


def _categorical(rows: Rows) -> list[str]:
    return [*map(str, rows.columns.select_dtypes("category"))]


def _texts(rows: Rows) -> "pandas.DataFrame":
    """Return the columns with a text for a missing category, which the library insists on."""
    frame = rows.columns.copy()
    for name in _categorical(rows):
        frame[name] = frame[name].astype(object).fillna(GAP).astype(str)
    return frame


PEER = Peer(
    title="CatBoost",
    origin="Prokhorenkova et al. 2018 (NeurIPS); catboost",
    suits=tables,
    fit=fit,
    copies=4.0,
    libraries=("catboost",),
    space={
        "learning_rate": (0.03, 0.05, 0.1, 0.3),
        "iterations": (100, 200, 400),
        "depth": (2, 4, 6, 8),
        "l2_leaf_reg": (1.0, 3.0, 10.0),
    },
)
PEERS = {"catboost_searched": searched(PEER, of="catboost")}
