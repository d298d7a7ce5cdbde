"""Naive fine-tuning from the start that ORCA aligns from: all that the body's embedding offers.

Beside `orca` it separates the effect of aligning from that of the start.
"""

from orca.methods.method import Method

METHOD = Method(
    title="Warm initialisation (pretrained embedding)",
    origin="the start of ORCA (ICML 2023), A.2.3, without aligning",
    embedder="pretrained",
)
