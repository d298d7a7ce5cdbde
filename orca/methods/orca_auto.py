"""ORCA on the body that lies closest after alignment, of those it is given.

Source: ORCA (ICML 2023), Table 13, where the distance after alignment told which body suits a task.
"""

from orca.methods.method import Method

METHOD = Method(
    title="ORCA (closest body)",
    origin="ORCA (ICML 2023), Table 13",
    embedder="layer_norm",
    alignment="otdd",
    chooses_body=True,
)
