"""ORCA: align the embedder by the optimal transport dataset distance, then tune all weights.

Source: Shen et al. 2023 (ICML), sections 3.1 to 3.4; the embedder's layer norm starts from the
body's (A.4.5).
"""

from orca.methods.method import Method

METHOD = Method(
    title="ORCA",
    origin="ORCA (ICML 2023), section 3",
    embedder="layer_norm",
    alignment="otdd",
)
