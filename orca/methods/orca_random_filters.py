"""ORCA whose embedder starts from the body's layer norm alone, its convolution at random.

On a body of sequences, which has no filters to start from, this is `orca`.

Source: ORCA (ICML 2023), A.4.5 and Figure 1 ("randomly initialized"); A.2.3 says otherwise.
"""

from dataclasses import replace

from orca.methods.orca import METHOD as ORCA

METHOD = replace(
    ORCA,
    title="ORCA (random filters)",
    origin="ORCA (ICML 2023), A.4.5 and Figure 1",
    embedder="layer_norm",
    variant_of="orca",
)
