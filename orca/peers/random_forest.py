"""Random forest."""

from orca.peers.columns import behind_numbers
from orca.peers.peer import Peer, Predict, Problem, searched
from orca.peers.suited_tasks import tables


def fit(problem: Problem) -> Predict:
    """Fit the forest to one-hot categories and numbers."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    kind = RandomForestClassifier if problem.classifies else RandomForestRegressor
    model = kind(random_state=problem.seed, n_jobs=problem.threads, **problem.settings)
    return problem.fitted(behind_numbers(problem, model))


PEER = Peer(
    title="Random forest",
    origin="Breiman 2001; scikit-learn",
    suits=tables,
    fit=fit,
    copies=6.0,
    per_sample=800,
    space={
        "n_estimators": (100, 300),
        "max_features": ("sqrt", 0.3, 0.6, 1.0),
        "min_samples_leaf": (1, 2, 4, 8),
    },
)
PEERS = {"random_forest_searched": searched(PEER, of="random_forest")}
