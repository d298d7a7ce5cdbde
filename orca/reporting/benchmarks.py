"""Rows of the papers' benchmarks, in the papers' order."""

from orca.reporting.table import Entry, baseline, tasks

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


def _lift(number: int) -> Entry:
    """Return the row of a LIFT table; two of them are CC18's too, and split otherwise there."""
    published = f"openml_{number}"
    task = f"{published}_lift" if number in (23, 54) else published
    return Entry(name=published, task=task, published={"task": published})


LIFT = tuple(
    _lift(number)
    for number in (1511, 882, 44, 1479, 61, 48, 23, 187, 54, 40496, 28, 12, 1491, 1493)
)

AUTOML_BASELINES = (
    baseline("hand_designed", "Hand-designed"),
    baseline("nas_bench_360", "NAS-Bench-360"),
    baseline("dash", "DASH"),
    baseline("perceiver_io", "Perceiver IO"),
)
BOOSTING_BASELINES = (
    baseline("lightgbm", "LightGBM"),
    baseline("catboost", "CatBoost"),
    baseline("xgboost", "XGBoost"),
    baseline("autogluon", "AutoGluon"),
    baseline("tabpfn", "TabPFN"),
)
LIFT_BASELINES = (
    baseline("logistic_regression", "Logistic regression"),
    baseline("decision_tree", "Decision tree"),
    baseline("svm", "SVM"),
    baseline("xgboost", "XGBoost"),
    baseline("lift_gpt3", "LIFT (GPT-3)"),
)
PDE_BASELINES = (baseline("pinn", "PINN"), baseline("fno", "FNO"), baseline("unet", "U-Net"))
