"""TabM: many small networks in one, the neural peer of trees."""

from typing import TYPE_CHECKING

import numpy as np

from orca.peers.columns import as_numbers
from orca.peers.peer import Peer, Predict, Problem, Rows, searched
from orca.peers.suited_tasks import tables

if TYPE_CHECKING:
    from torch import Tensor


def fit(problem: Problem) -> Predict:
    """Train the networks on one-hot categories and standardised numbers, each on its own loss."""
    import tabm
    from torch.nn import functional

    from orca.peers.networks.training import outputs, train

    encoder = as_numbers(problem)
    inputs = encoder.fit_transform(problem.rows.columns)

    def loss(found: "Tensor", wanted: "Tensor") -> "Tensor":
        members = found.shape[1]
        if problem.classifies:
            return functional.cross_entropy(found.flatten(0, 1), wanted.repeat_interleave(members))
        return functional.mse_loss(found[..., 0], wanted[:, None].expand(-1, members))

    network = train(
        lambda: tabm.TabM.make(
            n_num_features=inputs.shape[1],
            d_out=problem.target.outputs,
            n_blocks=problem.settings["blocks"],
            d_block=problem.settings["width"],
            dropout=problem.settings["dropout"],
        ),
        problem,
        inputs,
        loss,
    )

    def predict(rows: Rows) -> np.ndarray:
        found = outputs(network, encoder.transform(rows.columns), problem.device)
        if not problem.classifies:
            return found[..., 0].mean(axis=1)
        likely = np.exp(found - found.max(axis=-1, keepdims=True))
        likely /= likely.sum(axis=-1, keepdims=True)
        return problem.logits_of(likely.mean(axis=1), np.arange(problem.target.outputs))

    return predict


PEER = Peer(
    title="TabM",
    origin="Gorishniy et al. 2025 (ICLR); tabm",
    suits=tables,
    fit=fit,
    copies=6.0,
    libraries=("tabm",),
    settings={
        "epochs": 60,
        "batch_size": 64,
        "learning_rate": 2e-3,
        "weight_decay": 3e-4,
        "halve_every": 0,
        "blocks": 3,
        "width": 128,
        "dropout": 0.1,
    },
    space={
        "epochs": (20, 60, 120),
        "learning_rate": (3e-4, 1e-3, 2e-3, 5e-3),
        "weight_decay": (0.0, 3e-4, 3e-3, 3e-2),
        "blocks": (2, 3),
        "width": (64, 128, 256),
        "dropout": (0.0, 0.1, 0.3),
    },
)
PEERS = {"tabm_searched": searched(PEER, of="tabm")}
