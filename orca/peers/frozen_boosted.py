"""Boosted trees on a frozen pretrained body."""

from orca.peers.peer import Peer, Predict, Problem
from orca.peers.suited_tasks import pooled


def fit(problem: Problem) -> Predict:
    """Fit gradient-boosted trees to the body's features."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    from orca.peers.networks.body_features import with_head

    return with_head(
        problem,
        HistGradientBoostingClassifier(random_state=problem.seed),
        HistGradientBoostingRegressor(random_state=problem.seed),
    )


PEER = Peer(
    title="Frozen body, boosted head",
    origin="scikit-learn's histogram gradient boosting",
    suits=pooled,
    fit=fit,
    copies=7.0,
    on_body=True,
)
