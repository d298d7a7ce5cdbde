"""How ORCA's released code runs a method: settings that every method's twin fixes.

Each declared method has a twin, `<name>_released`, which stands for it under `protocol: published`;
`Method.twin` makes it. The kernel is the smallest divisor, dense heads pool, pseudo-labels have ten
clusters, no samples are held out, a class of one target sample is left out of alignment,
micro-batches left over at an epoch's end are dropped, and the test split chooses the epoch.

Source: github.com/sjunhongshen/ORCA, commit 19b8c1c.
"""

from typing import Any

ENDING = "_released"
FIXES: dict[str, dict[str, Any]] = {
    "model": {"kernel_rule": "smallest_divisor", "dense_head": "pooling"},
    "align": {"clusters": 10, "held_out": False, "single_samples": False},
    "finetune": {"selection": "test_as_published", "accumulate": "official"},
}
