"""Support vector machine with a Gaussian kernel, of LIFT's table."""

from orca.peers.columns import behind_numbers
from orca.peers.peer import Peer, Predict, Problem, searched
from orca.peers.suited_tasks import tables


def fit(problem: Problem) -> Predict:
    """Fit the machine; its decisions, one class against the rest, serve as logits."""
    from sklearn.svm import SVC, SVR

    model = (SVC if problem.classifies else SVR)(**problem.settings)
    return problem.fitted(behind_numbers(problem, model))


PEER = Peer(
    title="SVM",
    origin="Cortes and Vapnik 1995; scikit-learn",
    suits=tables,
    fit=fit,
    copies=6.0,
    space={"C": (0.1, 0.3, 1.0, 3.0, 10.0, 100.0), "gamma": ("scale", 0.001, 0.01, 0.1)},
)
PEERS = {"svm_searched": searched(PEER, of="svm")}
