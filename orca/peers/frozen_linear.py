"""A linear head on a frozen pretrained body."""

from orca.peers.peer import Peer, Predict, Problem, pooled


def fit(problem: Problem) -> Predict:
    """Fit logistic or ridge regression to the body's features."""
    from sklearn.linear_model import LogisticRegression, Ridge

    from orca.peers.networks.body_features import with_head

    return with_head(problem, LogisticRegression(max_iter=2000), Ridge())


PEER = Peer(
    title="Frozen body, linear head",
    origin="the usual probe; scikit-learn",
    suits=pooled,
    fit="orca.peers.frozen_linear:fit",
    on_body=True,
)
