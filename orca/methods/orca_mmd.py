"""ORCA with the maximum mean discrepancy, which ignores labels, in place of the OTDD.

Source: ORCA (ICML 2023), Table 9; official code, `objective: mmd`.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA (MMD)",
    origin="ORCA (ICML 2023), Table 9",
    alignment="mmd",
)
