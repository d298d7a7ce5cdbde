"""Logistic regression for classes, ridge regression for numbers."""

from orca.peers.columns import behind_numbers
from orca.peers.peer import Peer, Predict, Problem, searched
from orca.peers.suited_tasks import tables


def fit(problem: Problem) -> Predict:
    """Fit the linear model to one-hot categories and standardised numbers."""
    from sklearn.linear_model import LogisticRegression, Ridge

    strength = problem.settings["strength"]
    logistic = LogisticRegression(C=1 / strength, max_iter=5000)
    model = logistic if problem.classifies else Ridge(alpha=strength)
    return problem.fitted(behind_numbers(problem, model))


PEER = Peer(
    title="Linear model",
    origin="scikit-learn",
    suits=tables,
    fit=fit,
    copies=6.0,
    settings={"strength": 1.0},
    space={"strength": (0.001, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)},
)
PEERS = {"linear_model_searched": searched(PEER, of="linear_model")}
