"""Pretraining of a small body for grids, where no published one can be had."""

from typing import Annotated

from pydantic import Field

from orca.settings import Count, Rate, Settings, Share


class PretrainSettings(Settings):
    """Images and training of a body that this project pretrains itself."""

    fractal_classes: Count = Field(
        80, description="The body learns to distinguish this many kinds of fractals."
    )
    images_per_class: Count = Field(40, description="Each kind of fractal has this many images.")
    held_out_share: Share = Field(
        0.05, description="This share of the images is set aside, to measure the accuracy."
    )
    epochs: Count = Field(5, description="Pretraining passes over its images this many times.")
    batch_size: Count = Field(32, description="A pretraining step takes this many images.")
    learning_rate: Rate = Field(
        2.0e-3, description="Pretraining by AdamW has this learning rate at its highest."
    )
    weight_decay: Share = Field(0.05, description="Pretraining by AdamW has this weight decay.")
    seed: Annotated[int, Field(ge=0)] = Field(
        0,
        description="The images, the first weights and the order of training start from this seed.",
    )
