"""How ORCA's released code runs a method: what stands for it under `protocol: published`.

Source: github.com/sjunhongshen/ORCA, commit 19b8c1c. The kernel is the smallest divisor, dense heads
pool, pseudo-labels have ten clusters, no samples are held out, a class of one target sample is left
out of alignment, micro-batches left over at an epoch's end are dropped, and the test split chooses
the epoch.
"""

from dataclasses import replace
from typing import Any

from orca.methods.method import Method

FIXES: dict[str, dict[str, Any]] = {
    "model": {"kernel_rule": "smallest_divisor", "dense_head": "pooling"},
    "align": {"clusters": 10, "held_out": False, "single_samples": False},
    "finetune": {"selection": "test_as_published", "accumulate": "official"},
}


def released(method: Method, *, of: str, **changes: Any) -> Method:
    """Return the twin that stands for a method.

    Args:
        method: its declaration.
        of: its name.
        changes: fields that differ otherwise, such as the distance as the code computes it.
    """
    twin = replace(
        method,
        title=f"{method.title} (released code)",
        fixes={group: {**FIXES[group], **method.fixes.get(group, {})} for group in FIXES},
        variant_of=of,
        as_published=True,
    )
    return replace(twin, **changes)
