"""Source features with their classes."""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from orca.alignment.features import Given, check_features, contiguous_labels
from orca.alignment.points import PointsByClass
from orca.errors import FeatureError


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
