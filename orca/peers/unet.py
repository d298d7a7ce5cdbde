"""U-Net, of PDEBench's sizes."""

from dataclasses import replace

from orca.peers.peer import Peer, Predict, Problem, fields


def fit(problem: Problem) -> Predict:
    """Train the network on the mean squared error, as PDEBench does."""
    from torch.nn import functional

    from orca.peers.networks.training import outputs, train
    from orca.peers.networks.u_shaped import UShaped

    channels, *grid = problem.rows.inputs.shape[1:]
    network = train(
        lambda: UShaped(
            channels,
            problem.rows.targets.shape[1],
            axes=len(grid),
            width=problem.settings["width"],
        ),
        problem,
        problem.rows.inputs,
        functional.mse_loss,
    )
    return lambda rows: outputs(network, rows.inputs, problem.device)


UNET = Peer(
    title="U-Net",
    origin="Ronneberger et al. 2015 (MICCAI); sizes and training of PDEBench, Takamoto et al. 2022",
    suits=fields,
    fit="orca.peers.unet:fit",
    libraries=("torch",),
    settings={
        "epochs": 500,
        "batch_size": 20,
        "learning_rate": 1e-3,
        "weight_decay": 1e-4,
        "halve_every": 100,
        "width": 32,
    },
)

PEERS = {
    "unet": UNET,
    "unet_short": replace(
        UNET,
        title="U-Net (60 epochs)",
        settings={**UNET.settings, "epochs": 60, "halve_every": 20},
        variant_of="unet",
    ),
}
