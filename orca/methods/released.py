"""ORCA's methods as its released code runs them: what stands for them under `protocol: published`.

Source: github.com/sjunhongshen/ORCA, commit 19b8c1c. The kernel is the smallest divisor, dense heads
pool, pseudo-labels have ten clusters, no samples are held out, and the test split chooses the epoch.
Aligned methods start from all that the body's own embedding offers, and descend the distances as
the code computes them.
"""

from dataclasses import replace
from typing import Any

from orca.methods.finetune import METHOD as FINETUNE
from orca.methods.fpt import METHOD as FPT
from orca.methods.method import Method
from orca.methods.orca import METHOD as ORCA
from orca.methods.orca_after import METHODS as ORCA_AFTER
from orca.methods.orca_euclidean import METHOD as ORCA_EUCLIDEAN
from orca.methods.orca_gaussian import METHOD as ORCA_GAUSSIAN
from orca.methods.orca_joint import METHOD as ORCA_JOINT
from orca.methods.orca_layernorm import METHOD as ORCA_LAYERNORM
from orca.methods.orca_mmd import METHOD as ORCA_MMD
from orca.methods.scratch import METHOD as SCRATCH
from orca.methods.vpt import METHOD as VPT
from orca.methods.warm_init import METHOD as WARM_INIT

FIXES: dict[str, dict[str, Any]] = {
    "model": {"kernel_rule": "smallest_divisor", "dense_head": "pooling"},
    "align": {"clusters": 10, "held_out": False},
    "finetune": {"selection": "test_as_published"},
}
AS_COMPUTED = {"otdd": "otdd_official", "euclidean": "euclidean_paired"}  # by the code


def _released(name: str, method: Method) -> Method:
    fixes = {group: {**FIXES[group], **method.fixes.get(group, {})} for group in FIXES}
    return replace(
        method,
        title=f"{method.title} (released code)",
        embedder="pretrained" if method is WARM_INIT else method.embedder,
        alignment=AS_COMPUTED.get(method.alignment, method.alignment),
        fixes=fixes,
        variant_of=name,
        as_published=True,
    )


METHODS = {
    f"{name}_released": _released(name, method)
    for name, method in {
        "finetune": FINETUNE,
        "fpt": FPT,
        "orca": ORCA,
        "orca_euclidean": ORCA_EUCLIDEAN,
        "orca_gaussian": ORCA_GAUSSIAN,
        "orca_joint": ORCA_JOINT,
        "orca_layernorm": ORCA_LAYERNORM,
        "orca_mmd": ORCA_MMD,
        "scratch": SCRATCH,
        "vpt": VPT,
        "warm_init": WARM_INIT,
        **ORCA_AFTER,
    }.items()
}
