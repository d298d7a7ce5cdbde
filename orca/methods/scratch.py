"""Train from scratch: the same architecture with random weights, no alignment."""

from orca.methods.method import Method

METHOD = Method(
    title="Train from scratch",
    origin="ORCA (ICML 2023), section 4 and Table 3",
    start="random",
)
