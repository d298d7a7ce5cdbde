"""The two sets of features that a distance is taken between, and the costs between them."""

from dataclasses import dataclass
from functools import cached_property

from jaxtyping import Float
from torch import Tensor

from orca.alignment.cost import box_distance, cost_gradient, feature_cost
from orca.alignment.points_by_class import PointsByClass


@dataclass(frozen=True, eq=False)
class Sides:
    """Source and target, and the feature costs of moving between and within them.

    Args:
        source: its points, taken from the source's centre.
        target: its points, taken from there too.
        p: exponent of the distance in the cost.
    """

    source: PointsByClass
    target: PointsByClass
    p: int

    @cached_property
    def cost(self) -> Float[Tensor, "m n"]:
        """Feature cost between target and source, a row for each target point.

        So the sums over the source that the gradient takes are over what lies side by side.
        """
        y = self.source
        return feature_cost(self.target.points, y.points, p=self.p, y_lifted=y.lifted)

    @cached_property
    def own_cost(self) -> Float[Tensor, "m m"]:
        """Feature cost within the target."""
        return feature_cost(self.target.points, self.target.points, p=self.p)

    @cached_property
    def start(self) -> float:
        """The temperature that annealing starts from."""
        return first_temperature(self.source, self.target, p=self.p)

    def gradient(self, plan: Float[Tensor, "m n"]) -> Float[Tensor, "m width"]:
        """Return Σ_j plan_ij ∇_x cost(x_i, y_j), x of the target, y of the source."""
        return cost_gradient(plan, self.cost, self.target.points, self.source.summands, p=self.p)

    def own_gradient(self, plan: Float[Tensor, "m m"]) -> Float[Tensor, "m width"]:
        """Return Σ_j plan_ij ∇_x cost(x_i, x_j), x_j held fixed."""
        points, summands = self.target.points, self.target.summands
        return cost_gradient(plan, self.own_cost, points, summands, p=self.p)


def first_temperature(source: PointsByClass, target: PointsByClass, *, p: int) -> float:
    """Return the extent of all samples to the power `p`.

    As in the official code, the samples' extent is the diagonal of the box around their
    features and, beside them, their class ids, the target's following the source's.

    Args:
        source: the source's points; its own extent where `target` is the source too, with the
            class ids of a target of one class.
        target: the target's points.
        p: exponent of the distance in the cost.
    """
    added = 1 if target is source else len(target.sizes)
    ids = len(source.sizes) + added - 1
    return float((box_distance(source.box, target.box) ** 2 + ids**2) ** (p / 2))
