"""Visual prompt tuning: prompts in every block of the frozen body, and the head, are trained.

Source: Jia et al. 2022 (arXiv:2203.12119), its deep variant; ORCA (ICML 2023), Table 24.
"""

from typing import Any

from pydantic import Field

from orca.methods.method import Method
from orca.settings import Count, Settings


class PromptSettings(Settings):
    """These prompts are trained in every block of the frozen body."""

    prompts: Count = Field(
        default=10, description="Every block of the body gets this many prompts."
    )


def train_prompts(model: Any, settings: PromptSettings, generator: Any) -> None:
    """Add prompts to every attention of the frozen model; train these and the predictor."""
    from orca.models.encoders.prompts import add_prompts

    model.embedder.requires_grad_(requires_grad=False)
    model.body.requires_grad_(requires_grad=False)
    _, key, value = model.query_key_value
    add_prompts(model.body, settings.prompts, layers=(key, value), generator=generator)


METHOD = Method(
    title="VPT",
    origin="Jia et al. 2022 (arXiv:2203.12119); ORCA (ICML 2023), Table 24",
    embedder="pretrained",
    settings=PromptSettings,
    trains=train_prompts,
)
