"""ORCA with the pairwise Euclidean distance in place of the OTDD.

Source: ORCA (ICML 2023), Table 9; official code, `objective: l2`.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA
from orca.methods.released import released

METHOD = replace(
    ORCA,
    title="ORCA (Euclidean)",
    origin="ORCA (ICML 2023), Table 9",
    alignment="euclidean",
)
METHODS = {
    "orca_euclidean_released": released(METHOD, of="orca_euclidean", alignment="euclidean_paired")
}
