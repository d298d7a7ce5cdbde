"""ORCA with stage two cut short: how much alignment helps (Figure 4, left).

An alignment of fewer epochs is the beginning of one of more: draws and learning rates of an epoch
depend on the seed and the epoch alone.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHODS = {
    f"orca_after_{epochs}": replace(
        ORCA,
        title=f"ORCA, aligned for {epochs} epochs",
        origin="ORCA (ICML 2023), Figure 4 (left)",
        fixes={"align": {"epochs": epochs}},
        variant_of="orca",
    )
    for epochs in (0, 5, 10, 20, 40, 60)
}
