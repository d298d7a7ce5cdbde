"""ORCA with the OTDD whose label distances take each class for a Gaussian.

Source: ORCA (ICML 2023), Figure 6; Alvarez-Melis and Fusi 2020 (arXiv:2002.02923).
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA
from orca.methods.released import released

METHOD = replace(
    ORCA,
    title="ORCA (OTDD, Gaussian)",
    origin="ORCA (ICML 2023), Figure 6",
    alignment="otdd_gaussian",
)
METHODS = {
    "orca_gaussian_released": released(
        METHOD, of="orca_gaussian", alignment="otdd_gaussian_official"
    )
}
