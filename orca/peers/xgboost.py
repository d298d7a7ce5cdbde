"""XGBoost: gradient-boosted trees."""

import numpy as np

from orca.peers.peer import Peer, Predict, Problem, searched
from orca.peers.suited_tasks import tables


def fit(problem: Problem) -> Predict:
    """Fit the trees; categories stay categories."""
    import xgboost

    kind = xgboost.XGBClassifier if problem.classifies else xgboost.XGBRegressor
    model = kind(
        enable_categorical=True,
        tree_method="hist",
        random_state=problem.seed,
        n_jobs=problem.threads,
        **problem.settings,
    )
    if not problem.classifies:
        return problem.fitted(model)
    # The library takes the numbers of classes that all occur.
    seen, places = np.unique(problem.rows.targets, return_inverse=True)
    model.fit(problem.rows.columns, places)
    return lambda rows: problem.logits_of(model.predict_proba(rows.columns), seen)


PEER = Peer(
    title="XGBoost",
    origin="Chen and Guestrin 2016 (KDD); xgboost",
    suits=tables,
    fit=fit,
    copies=2.5,
    libraries=("xgboost",),
    space={
        "learning_rate": (0.01, 0.03, 0.05, 0.1, 0.3),
        "n_estimators": (50, 100, 200, 400),
        "max_depth": (2, 3, 4, 6, 8),
        "min_child_weight": (1, 2, 4, 8),
        "subsample": (0.5, 0.7, 0.85, 1.0),
        "colsample_bytree": (0.5, 0.7, 0.85, 1.0),
        "reg_lambda": (0.1, 1.0, 4.0),
    },
)
PEERS = {"xgboost_searched": searched(PEER, of="xgboost")}
