"""Rows of the papers' benchmarks, in the papers' order."""

from orca.reporting.axis import tasks

NAS_BENCH_360 = tasks(
    "cifar100", "spherical", "darcy_flow", "psicov", "cosmic",
    "ninapro", "fsd50k", "ecg", "satellite", "deepsea",
)  # fmt: skip

PDEBENCH = (
    *tasks(
        "pde_advection", "pde_burgers", "pde_diffusion_reaction_1d", "pde_diffusion_sorption",
        "pde_navier_stokes_1d", group="1D",
    ),
    *tasks("pde_darcy_flow", "pde_shallow_water", "pde_diffusion_reaction_2d", group="2D"),
)  # fmt: skip

OPENML_CC18 = tasks(
    *(
        f"openml_{number}"
        for number in (
            11, 14, 15, 16, 18, 22, 23, 29, 31, 37, 50, 54, 188, 458, 469, 1049, 1050, 1063, 1068,
            1462, 1464, 1480, 1494, 1510, 6332, 23381, 40966, 40975, 40982, 40994,
        )
    )
)  # fmt: skip
