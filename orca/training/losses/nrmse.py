"""PDEBench's name for `relative_l2`: RMS error over RMS of the target."""

from orca.training.loss import DeclaredLoss
from orca.training.losses.relative_l2 import relative_l2

LOSS = DeclaredLoss.of(relative_l2, kinds=("scalar", "field"))
