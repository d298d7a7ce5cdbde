"""PaRe: no alignment; while fine-tuning, source patches stand in for ever fewer target patches.

Source: Cai et al. 2024 (ICML, arXiv:2406.09003). The paper's figure and its code disagree on which
target patches are replaced; each reading is a method of its own.
`orca.methods.objectives.patch_replacement` computes the loss, and
`orca.methods.objectives.mixing` chooses the patches: sampled in the first epochs, then by rank.
"""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from orca.methods.method import Method
from orca.settings import Count, Settings

Amount = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class PareSettings(Settings):
    """Patch replacement goes by these; null takes the value of PaRe's code for this kind of task."""

    first_share: Fraction | None = Field(
        default=None,
        description="This share of the target's patches is replaced in the first epoch; null is"
        " the code's value for the kind of task.",
    )
    lost_share: Fraction | None = Field(
        default=None,
        description="This much of `first_share` is given up, evenly, over all epochs; null is the"
        " code's value for the kind of task.",
    )
    mix_weight: Amount | None = Field(
        default=None,
        description="The mixed batch's loss has this weight beside the plain one; null is the"
        " code's value for the kind of task.",
    )
    sampled_epochs: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="In this many epochs at the start patches are sampled and the gate learns;"
        " null is the code's value for the kind of task.",
    )
    temperature: Annotated[float, Field(gt=0)] = Field(
        default=0.9, description="Patches are drawn at this temperature."
    )
    source_outputs: Count | None = Field(
        default=None,
        description="The source head has this many outputs, and at least one for each class of the"
        " source; null adds none. PaRe's code has 200 where the target is a grid's class or labels.",
    )
    frozen_query_key: bool = Field(
        default=False, description="The queries and keys of attention are not trained."
    )


def freeze_where_asked(model: Any, settings: PareSettings, generator: Any) -> None:
    """Train everything, or everything but the queries and keys of attention.

    Source: PaRe's code, `finetune_method: Wv`, for Darcy flow.
    """
    del generator
    if not settings.frozen_query_key:
        return
    query, key, _ = model.query_key_value
    for name, part in model.body.named_modules():
        if name.endswith((f".{query}", f".{key}")):
            part.requires_grad_(requires_grad=False)


ORIGIN = "PaRe (ICML 2024)"
PARE = Method(
    title="PaRe",
    origin=f"{ORIGIN}; its code, with the figure's choice of replaced patches",
    embedder="pretrained",
    settings=PareSettings,
    trains=freeze_where_asked,
    needs_source=True,
    objective="orca.methods.objectives.patch_replacement:replace_lowest",
    released={
        "origin": f"{ORIGIN}; its code: after the sampled epochs the highest-scored patches go",
        "objective": "orca.methods.objectives.patch_replacement:replace_highest",
    },
)
METHODS = {
    "pare": PARE,
    "pare_figure": replace(
        PARE,
        title="PaRe (figure)",
        origin=f"{ORIGIN}; its figure: no patches are sampled",
        objective="orca.methods.objectives.patch_replacement:replace_lowest_from_the_start",
        variant_of="pare",
        released={},
    ),
}
