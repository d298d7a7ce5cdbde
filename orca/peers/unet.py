"""U-Net, of PDEBench's sizes."""

from orca.peers.peer import PDEBENCH, Peer, Predict, Problem, trained_for
from orca.peers.suited_tasks import fields


def fit(problem: Problem) -> Predict:
    """Train the network."""
    from orca.peers.networks.training import fit_fields
    from orca.peers.networks.u_shaped import UShaped

    width = problem.settings["width"]
    return fit_fields(
        problem,
        lambda channels, wanted, grid: UShaped(channels, wanted, axes=len(grid), width=width),
    )


PEER = Peer(
    title="U-Net",
    origin="Ronneberger et al. 2015 (MICCAI); sizes and training of PDEBench, Takamoto et al. 2022",
    suits=fields,
    fit=fit,
    libraries=("torch",),
    published_in_steps=True,
    settings={**PDEBENCH, "width": 32},
)
PEERS = {"unet_short": trained_for(PEER, 60, of="unet")}
