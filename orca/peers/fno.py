"""Fourier neural operator, of PDEBench's sizes.

Our own 60 lines: the authors' library brings an experiment tracker and some twenty packages.
"""

from orca.peers.peer import PDEBENCH, Peer, Predict, Problem, trained_for
from orca.peers.suited_tasks import fields


def fit(problem: Problem) -> Predict:
    """Train the operator."""
    from orca.peers.networks.fourier import FourierOperator
    from orca.peers.networks.training import fit_fields

    width, modes = problem.settings["width"], problem.settings["modes"]
    return fit_fields(
        problem,
        lambda channels, wanted, grid: FourierOperator(
            channels,
            wanted,
            axes=len(grid),
            width=width,
            modes=tuple(min(modes, points // 2) for points in grid),
        ),
    )


PEER = Peer(
    title="FNO",
    origin="Li et al. 2021 (ICLR); sizes and training of PDEBench, Takamoto et al. 2022",
    suits=fields,
    fit=fit,
    libraries=("torch",),
    published_in_steps=True,
    settings={**PDEBENCH, "width": 20, "modes": 12},
)
PEERS = {"fno_short": trained_for(PEER, 60, of="fno")}
