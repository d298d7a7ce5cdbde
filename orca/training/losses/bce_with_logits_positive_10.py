"""Binary cross-entropy of labels or points, a one counting ten times as much as a zero."""

from functools import partial

from orca.training.loss import DeclaredLoss
from orca.training.losses.bce_with_logits import binary_cross_entropy

LOSS = DeclaredLoss.of(
    partial(binary_cross_entropy, positive_weight=10.0), kinds=("multi_label", "binary_field")
)
