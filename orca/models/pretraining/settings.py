"""Pretraining of a small body for grids, where no published one can be had."""

from typing import Annotated

from pydantic import Field

from orca.settings import Count, Rate, Settings, Share


class PretrainSettings(Settings):
    """This project pretrains a body of its own on these images, in this way."""

    fractal_classes: Count = Field(
        default=80, description="The body learns to distinguish this many kinds of fractals."
    )
    images_per_class: Count = Field(
        default=40, description="Each kind of fractal has this many images."
    )
    held_out_share: Share = Field(
        default=0.05, description="This share of the images is set aside, to measure the accuracy."
    )
    epochs: Count = Field(
        default=5, description="Pretraining passes over its images this many times."
    )
    batch_size: Count = Field(default=32, description="A pretraining step takes this many images.")
    learning_rate: Rate = Field(
        default=2.0e-3, description="Pretraining by AdamW has this learning rate at its highest."
    )
    weight_decay: Share = Field(
        default=0.05, description="Pretraining by AdamW has this weight decay."
    )
    seed: Annotated[int, Field(ge=0)] = Field(
        default=0,
        description="The images, the first weights and the order of training start from this seed.",
    )
