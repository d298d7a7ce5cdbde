"""The demos: real tables and simulated physics, on small bodies."""

from dataclasses import replace

from orca.data.task import TASKS
from orca.methods.method import METHODS
from orca.peers.peer import PEERS
from orca.reporting.axis import methods, peers, rerun, tasks
from orca.reporting.declared_table import Table
from orca.reporting.names import ORCA

SHOWN = ("scratch", "finetune", "orca")


def every_method() -> tuple[str, ...]:
    """Return the methods that vary no other: those that the demo shows, then the rest by name."""
    rest = sorted(name for name, method in METHODS.items() if not method.variant_of)
    return tuple(dict.fromkeys((*SHOWN, *rest)))


DEMO = Table(
    title="Demo: a small language model tuned to tables and physics, beside baselines",
    paper=ORCA,
    published_as="18",
    compared=("orca", "finetune"),
    has_rule=True,
    rows=tasks(
        "openml_54",
        "openml_50",
        "pde_diffusion_reaction_1d_simulated_128",
        body="minilm",
    ),
    columns=(
        *peers("training_mean", "linear_model"),
        *rerun(xgboost=("XGBoost", "xgboost")),
        *peers("fno_short"),
        *methods(*SHOWN),
    ),
    caption=(
        "Test scores, mean and sample standard deviation over n seeds. Peers have their default "
        "settings, but for the epochs that a title names. The tables are real, the fields simulated. The body is the first two blocks of "
        "MiniLM, where the paper has RoBERTa-base."
    ),
)


def every_peer() -> tuple[str, ...]:
    """Return the peers that vary no other and suit any of the demo's tasks."""
    demo = [TASKS[row.task] for row in DEMO.rows]
    return tuple(
        name
        for name, peer in sorted(PEERS.items())
        if not peer.variant_of and any(peer.suits(task) for task in demo)
    )


TABLES = {
    "demo": DEMO,
    "demo_2d": replace(
        DEMO,
        paper="",
        published_as="",
        title="Demo on grids: three ways of tuning a small Swin to physics",
        rows=tasks(
            "darcy_flow_simulated_small",
            "pde_diffusion_reaction_2d_simulated_64",
            body="swin_fractals",
        ),
        columns=(*peers("fno_short", "unet_short", "training_mean"), *methods(*SHOWN)),
        caption=(
            "Test scores, mean and sample standard deviation over n seeds. All fields are "
            "simulated, and the body is pretrained on fractals and digits. Small data and few "
            "epochs: a demonstration of the whole way, not a benchmark."
        ),
    ),
    "every_method": replace(
        DEMO,
        paper="",
        published_as="",
        has_rule=False,
        title="Every method on the demo's tasks",
        columns=(*methods(*every_method()), *peers(*every_peer())),
        caption=(
            "Test scores, mean and sample standard deviation over n seeds. The settings of a task "
            "are those that the search over plain fine-tuning found, for every method alike. "
            "Visual prompts keep the embedder as it starts, which for a body of sequences is at "
            "random."
        ),
    ),
}
