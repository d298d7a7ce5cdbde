"""ORCA: align the embedder by the optimal transport dataset distance, then tune all weights.

Source: Shen et al. 2023 (ICML), sections 3.1 to 3.4; the embedder starts from the body's own
embedding: Swin's patch filters (A.2.3), the layer norm (A.4.5), and RoBERTa's positions.
"""

from orca.methods.method import Method

METHOD = Method(
    title="ORCA",
    origin="ORCA (ICML 2023), section 3",
    embedder="pretrained",
    alignment="otdd",
)
