"""ORCA as released: the embedder starts from the body's patch filters and norm, the official distance.

Source: the official code, `embedder_epochs` above 0, `objective: otdd-exact`.
"""

from orca.methods.method import Method

METHOD = Method(
    title="ORCA (released code)",
    origin="ORCA's released code",
    embedder="copied",
    alignment="otdd_official",
)
