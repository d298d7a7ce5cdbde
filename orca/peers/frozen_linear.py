"""A linear head on a frozen pretrained body."""

from dataclasses import replace

from orca.data.task import Task
from orca.peers.peer import Peer, Predict, Problem, pooled, series, tables


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


def _no_table_or_series(task: Task) -> bool:
    return pooled(task) and not tables(task) and not series(task)


# In the table of a person's own data, where other peers suit tables and series.
PEERS = {"frozen_others": replace(PEER, suits=_no_table_or_series, variant_of="frozen_linear")}
