"""ORCA with low-rank weights added to the frozen body, in place of training all of it.

Source: Hu et al. 2021 (arXiv:2106.09685); named as future work by ORCA (ICML 2023), section 6.
"""

from orca.methods.method import Method

METHOD = Method(
    title="ORCA (LoRA)",
    origin="ORCA (ICML 2023), section 6; Hu et al. 2021 (arXiv:2106.09685)",
    embedder="layer_norm",
    alignment="otdd",
    trains="lora",
    compared_in=("every_method",),
)
