"""ORCA with low-rank weights added to the frozen body, in place of training all of it.

Source: Hu et al. 2021 (arXiv:2106.09685); named as future work by ORCA (ICML 2023), section 6.
"""

from dataclasses import replace
from typing import Any

from pydantic import Field

from orca.errors import SettingsError
from orca.methods.orca import METHOD as ORCA
from orca.settings import Count, Settings


class LoraSettings(Settings):
    """These low-rank weights are trained beside the frozen body's own."""

    rank: Count = Field(default=8, description="The added low-rank weights have this rank.")
    alpha: Count = Field(
        default=16, description="The low-rank weights are multiplied by this over `rank`."
    )


def train_low_rank(model: Any, settings: LoraSettings, generator: Any) -> None:
    """Add low-rank weights to the frozen body's queries and values, and train these."""
    import torch

    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as fault:
        raise SettingsError(
            where="a method that trains low-rank weights",
            what="the Python package peft is not installed",
            mend="pip install peft",
        ) from fault
    model.body.requires_grad_(requires_grad=False)
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        target_modules=[model.projections[0], model.projections[-1]],
    )
    with torch.random.fork_rng(devices=[]):
        inject_adapter_in_model(config, model.body)
    for name, parameter in model.body.named_parameters():
        if "lora_A" in name:
            torch.nn.init.kaiming_uniform_(parameter, a=5**0.5, generator=generator)


METHOD = replace(
    ORCA,
    title="ORCA (LoRA)",
    origin="ORCA (ICML 2023), section 6; Hu et al. 2021 (arXiv:2106.09685)",
    settings=LoraSettings,
    trains=train_low_rank,
)
