"""One nearest neighbour, by the Euclidean distance."""

import numpy as np

from orca.peers.peer import Peer, Predict, Problem
from orca.peers.suited_tasks import arrays


def fit(problem: Problem) -> Predict:
    """Keep the rows; a new one has the class or number of the nearest."""
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    kind = KNeighborsClassifier if problem.classifies else KNeighborsRegressor
    model = kind(n_neighbors=1, n_jobs=problem.threads)
    model.fit(problem.rows.flat, problem.rows.targets)
    if not problem.classifies:
        return lambda rows: model.predict(rows.flat)
    one_of = np.eye(problem.target.outputs, dtype=np.float32)
    return lambda rows: one_of[model.predict(rows.flat)]


PEER = Peer(
    title="1-NN",
    origin="the usual baseline of series, and of small pictures; scikit-learn",
    suits=arrays,
    fit=fit,
)
