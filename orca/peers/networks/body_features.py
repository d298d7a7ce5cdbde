"""What a frozen pretrained body makes of samples: features for heads of scikit-learn."""

import numpy as np
import torch
from jaxtyping import Float

from orca.models.assemble import load_body
from orca.models.embedder import build_embedder
from orca.models.settings import ModelSettings
from orca.peers.peer import Predict, Problem, Rows

PORTION = 64  # samples at a time


class BodyFeatures:
    """The mean of a body's last hidden states, behind the embedder that it starts from.

    The embedder has all that the body's own offers for such inputs; what it lacks is random.
    """

    def __init__(self, problem: Problem) -> None:
        generator = torch.Generator().manual_seed(problem.seed)
        settings = ModelSettings()
        loaded = load_body(
            problem.body,
            settings=settings,
            start="pretrained",
            folder=problem.weights,
            generator=generator,
        )
        shape = problem.rows.inputs.shape[1:]
        self.embedder = build_embedder(
            shape, body=loaded, settings=settings, start="pretrained", generator=generator
        ).to(problem.device)
        self.encoder = loaded.encoder.to(problem.device)
        self.embedder.eval()
        self.encoder.eval()
        self.device = problem.device

    def of(self, rows: Rows) -> Float[np.ndarray, "n width"]:
        """Return the features of some samples."""
        with torch.inference_mode():
            parts = [
                self.encoder(self.embedder(part.to(self.device))).mean(dim=1).cpu()
                for part in torch.from_numpy(rows.inputs).split(PORTION)
            ]
        return torch.cat(parts).numpy()


def with_head(problem: Problem, classifier: object, regressor: object) -> Predict:
    """Fit a head of scikit-learn to a frozen body's features.

    Args:
        problem: whose body and rows are taken.
        classifier: for a class, or for each label on its own.
        regressor: for numbers.
    """
    from sklearn.multioutput import MultiOutputClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    body, targets = BodyFeatures(problem), problem.rows.targets
    labels = targets.ndim == 2
    head = classifier if problem.classifies or labels else regressor
    model = make_pipeline(StandardScaler(), MultiOutputClassifier(head) if labels else head)
    if not labels:
        return problem.fitted(model, body.of)
    shares = targets.mean(axis=0)
    varied = (shares > 0) & (shares < 1)  # the others keep their share: all rows, or none
    if varied.any():
        model.fit(body.of(problem.rows), targets[:, varied])

    def predict(rows: Rows) -> np.ndarray:
        share = np.tile(shares.astype(np.float64), (len(rows.inputs), 1))
        if varied.any():
            likely = [each[:, -1] for each in model.predict_proba(body.of(rows))]
            share[:, varied] = np.stack(likely, axis=1)
        share = np.clip(share, 1e-6, 1 - 1e-6)
        return np.log(share / (1 - share))

    return predict
