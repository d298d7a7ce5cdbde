"""Support vector machine with a Gaussian kernel, of LIFT's table."""

import numpy as np

from orca.peers.columns import as_numbers
from orca.peers.peer import Peer, Predict, Problem, Rows, searched, tables


def fit(problem: Problem) -> Predict:
    """Fit the machine; its decisions, one class against the rest, serve as logits."""
    from sklearn.svm import SVC, SVR

    encoder = as_numbers(problem)
    inputs = encoder.transform(problem.rows.columns)
    if not problem.classifies:
        regression = SVR(**problem.settings).fit(inputs, problem.rows.targets)
        return lambda rows: regression.predict(encoder.transform(rows.columns))
    model = SVC(**problem.settings).fit(inputs, problem.rows.targets)

    def predict(rows: Rows) -> np.ndarray:
        decisions = model.decision_function(encoder.transform(rows.columns))
        if decisions.ndim == 1:
            decisions = np.stack([-decisions, decisions], axis=1)
        every = np.full((len(decisions), problem.target.outputs), decisions.min() - 1, np.float32)
        every[:, model.classes_] = decisions
        return every

    return predict


PEER = Peer(
    title="SVM",
    origin="Cortes and Vapnik 1995; scikit-learn",
    suits=tables,
    fit="orca.peers.svm:fit",
    space={"C": (0.1, 0.3, 1.0, 3.0, 10.0, 100.0), "gamma": ("scale", 0.001, 0.01, 0.1)},
)
PEERS = {"svm_searched": searched(PEER, of="svm")}
