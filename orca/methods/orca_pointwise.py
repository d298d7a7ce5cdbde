"""ORCA with an embedder of kernel size 1: a token is a point, whatever the resolution.

Source: ORCA (ICML 2023), A.5.2 and Table 16.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA (kernel size 1)",
    origin="ORCA (ICML 2023), A.5.2",
    fixes={"model": {"kernel": 1}},
    variant_of="orca",
)
