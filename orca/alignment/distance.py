"""What a distance is to the rest of the package: a declaration, its settings, and how to compute it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from orca.declarations import Declarations, named
from orca.settings import Settings, checked

if TYPE_CHECKING:
    import torch

    import orca.alignment.features


class DistanceSettings(Settings):
    """A distance has settings of its own, which extend these, or none."""


class Computation(ABC):
    """The three computations behind a distance; none of them changes what it is given.

    A computation keeps nothing between calls, so a run that is resumed needs only the weights,
    the terms and the generator's state to go on bit for bit.
    """

    def source_terms(
        self, source: "orca.alignment.features.SourceFeatures", settings: Any
    ) -> "dict[str, torch.Tensor]":
        """Return all that does not depend on the embedder, to be kept with the source features."""
        return {}

    @abstractmethod
    def loss(
        self,
        target: "torch.Tensor",
        target_labels: "torch.Tensor",
        source: "orca.alignment.features.SourceFeatures",
        terms: "Mapping[str, torch.Tensor]",
        settings: Any,
        generator: "torch.Generator",
    ) -> "torch.Tensor":
        """Return what training minimises: `value` without constants, so with the same gradient.

        Args:
            target: n x width, on the source's device and of its type; the embedder's output.
            target_labels: n class ids, contiguous from 0; all 0 where one class is seen.
            source: the source features.
            terms: what `source_terms` returned for this source and these settings.
            settings: an instance of the declaration's settings.
            generator: a CPU generator, for distances that draw.
        """

    def value(
        self,
        target: "torch.Tensor",
        target_labels: "torch.Tensor",
        source: "orca.alignment.features.SourceFeatures",
        terms: "Mapping[str, torch.Tensor]",
        settings: Any,
        generator: "torch.Generator",
    ) -> "torch.Tensor":
        """Return the distance that is reported, differentiable too; arguments as of `loss`.

        It is the loss, unless a computation leaves constants out of that.
        """
        return self.loss(target, target_labels, source, terms, settings, generator)


@dataclass(frozen=True, kw_only=True)
class Distance:
    """A distance between labelled source features and target features.

    Args:
        title: as a table or a figure names it.
        origin: where it comes from: paper and section.
        sees: "one_class" is computed for each target class against the whole source, weighted
            by the caller with the class's share of the samples; "all_classes" takes the whole
            target sample with its labels at once.
        settings: the type of its settings, with defaults and ranges.
        computation: the `Computation` behind it, as "module:class"; it is imported where it is
            loaded, so that listing the distances imports no PyTorch.
        variant_of: the distance that this one varies, if any.
        as_published: whether it stands for that distance under `protocol: published`.
    """

    title: str
    origin: str
    sees: Literal["one_class", "all_classes"]
    settings: type[DistanceSettings]
    computation: str
    variant_of: str = ""
    as_published: bool = False

    def load(self) -> Computation:
        """Import and return its computation."""
        return named(self.computation)()

    def read_settings(self, given: Mapping[str, Any], *, where: str) -> DistanceSettings:
        """Return the settings with `given` over the defaults.

        Args:
            given: keys and values, as read from a configuration file.
            where: the file and key they stand under.

        Raises:
            SettingsError: at a key that is not known or a value that is not allowed.
        """
        return checked(self.settings, given, where=where)


DISTANCES: Declarations[Distance] = Declarations(
    package="orca.alignment.distances", kind="distance"
)
