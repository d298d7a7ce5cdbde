"""Handwritten digits that scikit-learn carries: real labelled images without a download.

They stand in for CIFAR-10 with the small body that is pretrained on them, among others.
"""

from pathlib import Path

import numpy as np

from orca.data.proxy import Images, Proxy

PROXY = Proxy(
    title="handwritten digits (scikit-learn)",
    kind="image",
    origin="UCI, Alpaydin and Kaynak 1998; CC BY 4.0; the copy that scikit-learn carries",
    files=(),
    source="digits",
    samples=1797,
    mean=(0.4, 0.4, 0.4),
    deviation=(0.3, 0.3, 0.3),
)


def read(raw: Path) -> Images:
    """Return the digits, 8 x 8 points in grey, as three equal colours; `raw` is not looked at."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    grey = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    return Images(
        np.repeat(grey[:, None], 3, axis=1),
        digits.target.astype(np.int64),
        tuple(str(name) for name in digits.target_names),
    )
