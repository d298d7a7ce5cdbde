"""Fourier neural operator, of PDEBench's sizes.

In 60 lines of ours: the authors' library brings an experiment tracker and some twenty packages.
"""

from dataclasses import replace

from orca.peers.peer import Peer, Predict, Problem, fields


def fit(problem: Problem) -> Predict:
    """Train the operator on the mean squared error, as PDEBench does."""
    from torch.nn import functional

    from orca.peers.networks.fourier import FourierOperator
    from orca.peers.networks.training import outputs, train

    channels, *grid = problem.rows.inputs.shape[1:]
    network = train(
        lambda: FourierOperator(
            channels,
            problem.rows.targets.shape[1],
            axes=len(grid),
            width=problem.settings["width"],
            modes=tuple(min(problem.settings["modes"], points // 2) for points in grid),
        ),
        problem,
        problem.rows.inputs,
        functional.mse_loss,
    )
    return lambda rows: outputs(network, rows.inputs, problem.device)


FNO = Peer(
    title="FNO",
    origin="Li et al. 2021 (ICLR); sizes and training of PDEBench, Takamoto et al. 2022",
    suits=fields,
    fit="orca.peers.fno:fit",
    libraries=("torch",),
    settings={
        "epochs": 500,
        "batch_size": 20,
        "learning_rate": 1e-3,
        "weight_decay": 1e-4,
        "halve_every": 100,
        "width": 20,
        "modes": 12,
    },
)

PEERS = {
    "fno": FNO,
    "fno_short": replace(
        FNO,
        title="FNO (60 epochs)",
        settings={**FNO.settings, "epochs": 60, "halve_every": 20},
        variant_of="fno",
    ),
}
