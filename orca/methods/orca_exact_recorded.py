"""ORCA whose alignment writes down the exact distance too, beside the class-wise one it descends.

Source: ORCA (ICML 2023), A.1.2 and Figure 6.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA, exact distance written down",
    origin="ORCA (ICML 2023), Figure 6",
    fixes={"align": {"record_exact_every": 5}},
    variant_of="orca",
)
