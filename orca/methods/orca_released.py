"""ORCA as released: the official code's kernels, dense heads, clusters and distance.

Source: the official code, `embedder_epochs` above 0, `objective: otdd-exact`.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA (released code)",
    origin="ORCA's released code",
    alignment="otdd_official",
    fixes={
        "model": {"kernel_rule": "smallest_divisor", "dense_head": "pooling"},
        "align": {"clusters": 10},
    },
)
