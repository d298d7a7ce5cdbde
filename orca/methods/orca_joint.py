"""ORCA with one OTDD between whole data sets, in place of a sum over the target's classes.

Source: ORCA (ICML 2023), section 3.4, before Algorithm 1 splits it by class.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA (OTDD, joint)",
    origin="one OTDD over all target classes at once, as the paper's text defines it (3.4)",
    alignment="otdd_joint",
)
