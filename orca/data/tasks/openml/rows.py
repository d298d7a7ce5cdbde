"""What ORCA's paper says of OpenML's tables.

Source: Shen et al. 2023 (ORCA), tables 19 and 22.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the paper's tables say of one OpenML table, and the benchmarks that it belongs to."""

    title: str
    rows: int
    classes: int
    suites: tuple[str, ...] = ("openml_cc18",)


LIFT = ("lift_openml",)
BOTH = ("openml_cc18", "lift_openml")

ROWS: dict[int, Row] = {
    11: Row(title="balance-scale", rows=625, classes=3),
    14: Row(title="mfeat-fourier", rows=2000, classes=10),
    15: Row(title="breast-w", rows=699, classes=2),
    16: Row(title="mfeat-karhunen", rows=2000, classes=10),
    18: Row(title="mfeat-morphological", rows=2000, classes=10),
    22: Row(title="mfeat-zernike", rows=2000, classes=10),
    23: Row(title="cmc", rows=1473, classes=3, suites=BOTH),
    29: Row(title="credit-approval", rows=690, classes=2),
    31: Row(title="credit-g", rows=1000, classes=2),
    37: Row(title="diabetes", rows=768, classes=2),
    50: Row(title="tic-tac-toe", rows=958, classes=2),
    54: Row(title="vehicle", rows=846, classes=4, suites=BOTH),
    188: Row(title="eucalyptus", rows=736, classes=5),
    458: Row(title="analcatdata_authorship", rows=841, classes=4),
    469: Row(title="analcatdata_dmft", rows=797, classes=6),
    1049: Row(title="pc4", rows=1458, classes=2),
    1050: Row(title="pc3", rows=1563, classes=2),
    1063: Row(title="kc2", rows=522, classes=2),
    1068: Row(title="pc1", rows=1109, classes=2),
    1462: Row(title="banknote-authentication", rows=1372, classes=2),
    1464: Row(title="blood-transfusion-service-center", rows=748, classes=2),
    1480: Row(title="ilpd", rows=583, classes=2),
    1494: Row(title="qsar-biodeg", rows=1055, classes=2),
    1510: Row(title="wdbc", rows=569, classes=2),
    6332: Row(title="cylinder-bands", rows=540, classes=2),
    23381: Row(title="dresses-sales", rows=500, classes=2),
    40966: Row(title="MiceProtein", rows=1080, classes=8),
    40975: Row(title="car", rows=1728, classes=4),
    40982: Row(title="steel-plates-fault", rows=1941, classes=7),
    40994: Row(title="climate-model-simulation-crashes", rows=540, classes=2),
    1511: Row(title="wholesale-customers", rows=440, classes=2, suites=LIFT),
    882: Row(title="pollution", rows=60, classes=2, suites=LIFT),
    44: Row(title="spambase", rows=4601, classes=2, suites=LIFT),
    1479: Row(title="hill-valley", rows=1212, classes=2, suites=LIFT),
    61: Row(title="iris", rows=150, classes=3, suites=LIFT),
    48: Row(title="tae", rows=151, classes=3, suites=LIFT),
    187: Row(title="wine", rows=178, classes=3, suites=LIFT),
    40496: Row(title="LED-display-domain-7digit", rows=500, classes=10, suites=LIFT),
    28: Row(title="optdigits", rows=5620, classes=10, suites=LIFT),
    12: Row(title="mfeat-factors", rows=2000, classes=10, suites=LIFT),
    871: Row(title="pollen", rows=3848, classes=2, suites=LIFT),
    1467: Row(title="climate-simulation-craches", rows=540, classes=2, suites=LIFT),
    1491: Row(title="one-hundred-plants-margin", rows=1600, classes=100, suites=LIFT),
    1492: Row(title="one-hundred-plants-shape", rows=1600, classes=100, suites=LIFT),
    1493: Row(title="one-hundred-plants-texture", rows=1599, classes=100, suites=LIFT),
}
