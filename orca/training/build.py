"""Chooses the device, and the outputs that a task's target asks of a model."""

import re

import torch

from orca.data.target import Classes, Field, MultiLabel, Scalar, Target
from orca.errors import SettingsError
from orca.models.predictor import Dense, Output, Pooled, Single

DEVICE = r"(auto|cpu|cuda(:\d+)?)"


def choose_device(name: str) -> torch.device:
    """Return the device that a setting names; `auto` takes CUDA where there is one.

    Raises:
        SettingsError: if there is no such device, or CUDA is asked for and is not there.
    """
    if not re.fullmatch(DEVICE, name):
        raise SettingsError(
            where="the device asked for",
            what=f"there is no device {name!r}",
            mend="name `auto`, `cpu`, `cuda` or one of several such as `cuda:1`",
        )
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise SettingsError(
            where="the device asked for",
            what=f"'{name}' is asked for, and PyTorch finds no CUDA device",
            mend="set `device: auto`, or install the CUDA build of PyTorch and its driver",
        )
    return torch.device(name)


def output_of(target: int | Target) -> Output:
    """Return the output that this kind of target needs; an integer means that many classes."""
    match target:
        case int():
            return Pooled(target)
        case Classes() | MultiLabel():
            return Pooled(target.count)
        case Scalar():
            return Single()
        case Field():
            return Dense(target.channels, target.grid)
