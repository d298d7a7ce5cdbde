"""Checks on features and labels where they enter; inside, code trusts its types."""

import numpy as np
import torch
from torch import Tensor

from orca.errors import FeatureError

Given = Tensor | np.ndarray
"""Features or labels as a person gives them."""


def check_features(features: Tensor, *, where: str) -> None:
    """Check that `features` is a non-empty, finite matrix of floating-point numbers.

    Raises:
        FeatureError: if it is not.
    """
    if features.dim() != 2 or features.dtype not in (torch.float32, torch.float64):
        raise FeatureError(
            where=where,
            what=f"shape {tuple(features.shape)} of {features.dtype}",
            mend="give a matrix, samples x width, of float32 or float64",
        )
    if features.numel() == 0:
        raise FeatureError(
            where=where,
            what=f"no features: shape {tuple(features.shape)}",
            mend="give at least one sample; leave out a class that has none",
        )
    if not bool(torch.stack(torch.aminmax(features.detach())).isfinite().all()):
        raise FeatureError(
            where=where,
            what="NaN or infinity among the features",
            mend="look for a diverged embedder or unnormalised input",
        )


def check_target(source: Tensor, target: Tensor) -> None:
    """Check target features, and that they can be compared with the source's.

    Args:
        source: source features, checked already.
        target: target features.

    Raises:
        FeatureError: if the target is no feature matrix, or width, type or device differ.
    """
    check_features(target, where="target features")
    for name, ours, theirs in (
        ("width", source.shape[1], target.shape[1]),
        ("type", source.dtype, target.dtype),
        ("device", source.device, target.device),
    ):
        if ours != theirs:
            raise FeatureError(
                where="target features",
                what=f"{name} {theirs} beside the source's {ours}",
                mend=f"give source and target the same {name}",
            )


def checked_pair(source: Given, target: Given) -> tuple[Tensor, Tensor]:
    """Return source and target features as tensors; check the source's, then the target's beside them.

    Raises:
        FeatureError: as `check_features` and `check_target` do.
    """
    source, target = torch.as_tensor(source), torch.as_tensor(target)
    check_features(source, where="source features")
    check_target(source, target)
    return source, target


def contiguous_labels(labels: Tensor, *, count: int, where: str) -> Tensor:
    """Return `labels` as class ids 0..K-1 in the order of the sorted labels.

    Args:
        labels: one whole number per sample, of any integer type.
        count: the number of samples.
        where: whose labels they are.

    Raises:
        FeatureError: if they are not whole numbers, or not one per sample.
    """
    if labels.dtype.is_floating_point or labels.dtype.is_complex or labels.dtype == torch.bool:
        raise FeatureError(
            where=where,
            what=f"labels of type {labels.dtype}",
            mend="give class ids as whole numbers; make some with orca.alignment.pseudo_labels",
        )
    if labels.shape != (count,):
        raise FeatureError(
            where=where,
            what=f"labels of shape {tuple(labels.shape)} for {count} samples",
            mend="give one label per sample",
        )
    return torch.unique(labels, return_inverse=True)[1]
