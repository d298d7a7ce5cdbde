"""MiniRocket: how often fixed kernels are exceeded along a series, and a ridge on that.

Our own lines, because the libraries that have it need an older pandas than this project.
"""

import numpy as np

from orca.peers.peer import Peer, Predict, Problem
from orca.peers.suited_tasks import series

STRENGTHS = np.logspace(-3, 3, 10)


def fit(problem: Problem) -> Predict:
    """Draw the thresholds from the rows and fit the ridge, its strength chosen among the rows."""
    from sklearn.linear_model import RidgeClassifierCV, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from orca.peers.networks.kernels import MiniRocket

    kernels = MiniRocket.drawn(problem.rows.inputs, seed=problem.seed)
    ridge = (RidgeClassifierCV if problem.classifies else RidgeCV)(alphas=STRENGTHS)
    model = make_pipeline(StandardScaler(), ridge)
    return problem.fitted(model, lambda rows: kernels.features(rows.inputs))


PEER = Peer(
    title="MiniRocket",
    origin="Dempster et al. 2021 (KDD); the ridge of scikit-learn",
    suits=series,
    fit=fit,
    per_sample=75_000,
)
