"""Frozen pretrained transformer: of the body only the layer norms are trained.

Source: Lu et al. 2022 (arXiv:2103.05247), as ORCA compares with it (section 4, Table 3):
embedder and predictor are trained too.
"""

from orca.methods.method import Method

METHOD = Method(
    title="Fine-tuning (layer norm)",
    origin="Lu et al. 2022 (arXiv:2103.05247); ORCA (ICML 2023), Table 3",
    trains="layer_norms",
    compared_in=("demo", "main", "ablation", "every_method"),
)
