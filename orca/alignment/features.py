"""Features and labels, checked where they enter, and the source's by class."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from orca.alignment.points import PointsByClass
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
    """Check target features, and that they can be compared with the source's, checked already.

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


@dataclass(frozen=True, eq=False)
class SourceFeatures:
    """Features of the source, sorted by class; make one with `SourceFeatures.of`.

    What a call needs of them beside the terms kept on disk (mean, norms, extent) is computed
    when first asked for and kept in memory, so make one and use it for all calls.

    Args:
        features: one row per sample, rows of one class side by side.
        labels: class ids 0..K-1, ascending; the caller keeps the classes' names.
    """

    features: Float[Tensor, "n width"]
    labels: Int[Tensor, " n"]

    @classmethod
    def of(cls, features: Given, labels: Given) -> "SourceFeatures":
        """Sort by class and number the classes from 0 in the order of their labels.

        Raises:
            FeatureError: on features that are empty or not finite, labels that are not whole
                numbers or not one per sample.
        """
        features = torch.as_tensor(features)
        check_features(features, where="source features")
        labels = torch.as_tensor(labels).to(features.device)
        ids = contiguous_labels(labels, count=len(features), where="source labels")
        order = torch.argsort(ids, stable=True)
        return cls(features.detach()[order], ids[order])

    @cached_property
    def of_several(self) -> "SourceFeatures":
        """The classes that have several samples; the source itself if all have.

        Raises:
            FeatureError: if each class has one sample.
        """
        sizes = torch.bincount(self.labels)
        kept = sizes[self.labels] > 1
        if not bool(kept.any()):
            raise FeatureError(
                where="the source's classes",
                what=f"each of the {len(self.labels)} samples is the only one of its class",
                mend="give a source with classes of several samples, or set"
                " `single_samples: true` of the distance",
            )
        return self if bool(kept.all()) else self.of(self.features[kept], self.labels[kept])

    @cached_property
    def centre(self) -> Float[Tensor, " width"]:
        """The mean feature; distances are taken from here, where rounding is smallest."""
        return self.features.mean(dim=0)

    @cached_property
    def classes(self) -> PointsByClass:
        """The features less their mean, by class."""
        return PointsByClass(self.features - self.centre, self.labels)
