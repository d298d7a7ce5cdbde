"""Naive fine-tuning from all that the official code copies when it aligns: patch filters and norm.

With `orca_released` it tells the effect of aligning from that of the start.
"""

from orca.methods.method import Method

METHOD = Method(
    title="Warm initialisation (released code)",
    origin="ORCA's released code, its start with alignment, without aligning",
    embedder="copied",
)
