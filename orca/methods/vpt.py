"""Visual prompt tuning: prompts in every block of the frozen body, and the head, are trained.

Source: Jia et al. 2022 (arXiv:2203.12119), its deep variant; ORCA (ICML 2023), Table 24.
"""

from orca.methods.method import Method

METHOD = Method(
    title="VPT",
    origin="Jia et al. 2022 (arXiv:2203.12119); ORCA (ICML 2023), Table 24",
    embedder="copied",
    trains="prompts",
    compared_in=("every_method",),
)
