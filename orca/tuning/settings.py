"""Settings of the search for hyper-parameters."""

from typing import Annotated

from pydantic import Field

from orca.settings import Count, Settings


class TuningSettings(Settings):
    """The search for settings goes by asynchronous successive halving (ASHA)."""

    trials: Count = Field(default=32, description="The search tries this number of configurations.")
    min_epochs: Count = Field(default=1, description="The lowest rung trains for this many epochs.")
    max_epochs: Count = Field(
        default=10, description="The highest rung trains for this many epochs."
    )
    reduction_factor: Annotated[int, Field(ge=2)] = Field(
        default=3, description="One configuration in this many goes on to the next rung."
    )
    seed: Annotated[int, Field(ge=0)] = Field(
        default=0, description="The search's draws and every trial start from this seed."
    )
