"""LightGBM: gradient-boosted trees, grown leaf by leaf."""

from orca.peers.peer import Peer, Predict, Problem, searched
from orca.peers.suited_tasks import tables


def fit(problem: Problem) -> Predict:
    """Fit the trees; categories stay categories."""
    import lightgbm

    kind = lightgbm.LGBMClassifier if problem.classifies else lightgbm.LGBMRegressor
    model = kind(
        random_state=problem.seed,
        n_jobs=problem.threads,
        deterministic=True,
        verbose=-1,
        **problem.settings,
    )
    return problem.fitted(model)


PEER = Peer(
    title="LightGBM",
    origin="Ke et al. 2017 (NeurIPS); lightgbm",
    suits=tables,
    fit=fit,
    copies=4.0,
    libraries=("lightgbm",),
    space={
        "learning_rate": (0.01, 0.03, 0.05, 0.1, 0.3),
        "n_estimators": (50, 100, 200, 400),
        "num_leaves": (4, 8, 16, 31),
        "min_child_samples": (5, 10, 20, 40),
        "subsample": (0.5, 0.7, 0.85, 1.0),
        "subsample_freq": (1,),
        "colsample_bytree": (0.5, 0.7, 0.85, 1.0),
        "reg_lambda": (0.0, 1.0, 4.0),
    },
)
PEERS = {"lightgbm_searched": searched(PEER, of="lightgbm")}
