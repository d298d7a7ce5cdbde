"""A linear head on a frozen pretrained body."""

from dataclasses import replace

from orca.peers.peer import Peer, Predict, Problem
from orca.peers.suited_tasks import others, pooled


def fit(problem: Problem) -> Predict:
    """Fit logistic or ridge regression to the body's features."""
    from sklearn.linear_model import LogisticRegression, Ridge

    from orca.peers.networks.body_features import with_head

    return with_head(problem, LogisticRegression(max_iter=2000), Ridge())


PEER = Peer(
    title="Frozen body, linear head",
    origin="the usual probe; scikit-learn",
    suits=pooled,
    fit=fit,
    copies=4.0,
    on_body=True,
)


# In the table of a person's own data, where other peers suit tables and series.
PEERS = {"frozen_others": replace(PEER, suits=others, variant_of="frozen_linear")}
