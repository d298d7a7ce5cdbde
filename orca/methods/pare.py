"""PaRe: no alignment; while fine-tuning, source patches stand in for ever fewer target patches.

Source: Cai et al. 2024 (ICML, arXiv:2406.09003). The paper's figure and its code disagree on which
target patches are replaced; each reading is a method of its own.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from orca.methods.method import Method

if TYPE_CHECKING:
    import orca.methods.objectives.objective
    import orca.methods.objectives.patch_replacement

ORIGIN = "PaRe (ICML 2024)"


@dataclass(frozen=True, kw_only=True)
class ReplacingPatches:
    """The choices in which the readings of PaRe differ.

    Args:
        replace: which target patches go when none are sampled: the `lowest` or the `highest`
            scored.
        sampled: whether patches are sampled in the first epochs, so that the gate learns.
    """

    replace: Literal["lowest", "highest"]
    sampled: bool

    def __call__(
        self, making: "orca.methods.objectives.objective.Making"
    ) -> "orca.methods.objectives.patch_replacement.PatchReplacement":
        """Return the objective for a model."""
        from orca.methods.objectives.patch_replacement import make

        return make(making, replace=self.replace, sampled=self.sampled)


METHODS = {
    "pare": Method(
        title="PaRe",
        origin=f"{ORIGIN}; its code, with the figure's choice of replaced patches",
        embedder="copied",
        needs_source=True,
        objective=ReplacingPatches(replace="lowest", sampled=True),
        compared_in=("pare", "every_method"),
    ),
    "pare_released": Method(
        title="PaRe (released code)",
        origin=f"{ORIGIN}; its code: after the sampled epochs the highest-scored patches go",
        embedder="copied",
        needs_source=True,
        objective=ReplacingPatches(replace="highest", sampled=True),
    ),
    "pare_figure": Method(
        title="PaRe (figure)",
        origin=f"{ORIGIN}; its figure: no patches are sampled",
        embedder="copied",
        needs_source=True,
        objective=ReplacingPatches(replace="lowest", sampled=False),
    ),
    "pare_frozen_query_key": Method(
        title="PaRe (queries and keys frozen)",
        origin=f"{ORIGIN}; its code for Darcy flow",
        embedder="copied",
        trains="all_but_query_key",
        needs_source=True,
        objective=ReplacingPatches(replace="highest", sampled=True),
    ),
}
