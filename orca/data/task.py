"""What a task is: its shapes, target, splits, loss, metric, and the files it is read from."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int, Shaped

from orca.data.schema import Schema
from orca.data.target import Target
from orca.declarations import Declarations

Block = tuple[Shaped[np.ndarray, "block *input"], Shaped[np.ndarray, "block *target"]]
"""Some samples: inputs as float32, or as uint8 or float16 where these say all; targets."""

AS_READ = -1
"""Marks a length, in `Task.input_shape` or `Samples`, that is known from the data alone."""


def fits(shape: tuple[int, ...], declared: tuple[int, ...]) -> bool:
    """Return whether a shape is the declared one, in which `AS_READ` matches any length."""
    pairs = zip(shape, declared, strict=False)
    return len(shape) == len(declared) and all(want in (AS_READ, have) for have, want in pairs)


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Samples of each part; `validation` is set aside from the training data.

    `AS_READ` where they are known from the data alone; a tenth is then set aside.
    """

    train: int
    validation: int
    test: int

    @property
    def fit(self) -> int:
        """Samples that are not the test's, or `AS_READ`."""
        return AS_READ if AS_READ in (self.train, self.validation) else self.train + self.validation


@dataclass(frozen=True, kw_only=True)
class Normalisation:
    """How inputs and targets are brought to mean 0 and standard deviation 1.

    The constants come from the training samples alone. `per_position` has one constant per
    number of a sample, `per_channel` one per channel. `stated` takes the constants below, for
    benchmarks that publish them; what is read is subtracted by the mean and divided by the
    deviation of its channel (a single constant serves all channels).
    """

    inputs: Literal["none", "per_channel", "per_position", "stated"] = "none"
    targets: Literal["none", "per_channel", "per_position"] = "none"
    means: tuple[float, ...] = ()
    deviations: tuple[float, ...] = ()


class UnitGaussian(Normalisation):
    """The constants come from the validation samples too; deviations are unbiased, plus 1e-5.

    Source: `UnitGaussianNormalizer` in the code of Li et al. 2021 (arXiv:2010.08895), which the
    official code has, on all samples but the test's.
    """


class Way(ABC):
    """A way to get a raw file that `read` needs: `orca.data.download` and `orca.data.ways` have them.

    Of one that is locked, the digest at first sight must be found ever after.
    """

    name: str
    locked: bool

    @property
    def recipe(self) -> str:
        """What a file that we make is made by, so that it is made anew when this changes.

        Empty for a file that exists elsewhere: one that a person brings is as good.
        """
        return ""

    @property
    def public(self) -> bool:
        """Whether the file is publicly available."""
        return True

    @property
    def needs_trust(self) -> bool:
        """Whether a person has to vouch for the file."""
        return False

    @property
    def urls(self) -> tuple[str, ...]:
        """Where servers give the file, the best first."""
        return ()

    @property
    def size(self) -> int | None:
        """Its bytes, where they are known before it is there."""
        return None

    @property
    def archives(self) -> tuple["Way", ...]:
        """Archives that hold the file; they are fetched if no server gives the file itself."""
        return ()

    @abstractmethod
    def bring(self, path: Path) -> None:
        """Make `path` the file, complete, or leave no file of that name."""

    def check(self, path: Path) -> None:  # noqa: B027 - of most files nothing is published
        """Compare a file with what is published of it."""


@dataclass(frozen=True)
class Part:
    """One part of a data set, produced in blocks so that it need not be held whole.

    Args:
        count: samples in it.
        blocks: starts a new pass over the samples, in a fixed order.
        groups: number of the recording, clip or the like that each sample is a piece of; where
            there are groups, none is divided between training and validation.
    """

    count: int
    blocks: Callable[[], Iterator[Block]]
    groups: Int[np.ndarray, " n"] | None = None

    @classmethod
    def of(
        cls, inputs: Shaped[np.ndarray, "n *input"], targets: Shaped[np.ndarray, "n *target"]
    ) -> "Part":
        """Return the part that two arrays in memory hold."""
        return cls(len(inputs), lambda: iter([(inputs, targets)]))


@dataclass(frozen=True, kw_only=True)
class Splits:
    """What `read` gives: values in physical units; normalising comes later.

    Args:
        fit: the samples that training, alignment and tuning may see.
        test: the samples that only `evaluate` sees.
        validation: which samples of `fit` are set aside to choose by; None draws
            `Task.samples.validation` of them, stratified by class.
        normalised: which numbers of an input normalising may touch; None for all. One-hot codes
            and coordinates stay as they are.
        schema: what the file taught, where it holds columns or names of classes.
        rows: where the samples of `fit` and of `test` stand in the files that they are from.
    """

    fit: Part
    test: Part
    validation: range | None = None
    normalised: Bool[np.ndarray, "*input"] | None = None
    schema: Schema = Schema()
    rows: tuple[Int[np.ndarray, " fit"], Int[np.ndarray, " test"]] | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """A data set with its loss and its metric.

    Args:
        title: as it stands in a table.
        suite: the benchmark it belongs to.
        origin: whose data these are, and under which licence.
        input_shape: (channels, length) of a sequence or (channels, height, width) of a grid;
            `AS_READ` where the data decide. `Prepared.input_shape` has the true one.
        target: what is predicted.
        samples: samples of each part; checked against what `read` gives.
        loss: what training descends, a name in `orca.training.losses`.
        loss_in_units: whether predictions and targets are decoded before the loss, for losses that
            are relative to the target's size.
        metric: what a table reports, a name in `orca.evaluation.metrics`.
        files: what `read` needs under the task's raw folder.
        source: name of the raw folder, shared by the tasks that read the same files.
        normalisation: of inputs and targets.
        augmentation: names of random changes made to a training input, in order.
        variant_of: the task that this one varies, if any.
        as_published: whether it replaces that task under `protocol: published`. No part of the
            digest.
        differs: what the variant does otherwise, and who does it that way.
        option: what differs for `read` between the members of one family.
        pooling: how predictions for the pieces of one recording become one, before the metric:
            `mean` of the logits, or the `majority` of the predicted classes.
        redraw: training sees one piece per group and epoch, drawn anew each epoch.
        also_tested_on: tasks whose test split a run on this one is scored on too, each with the
            ending that its metrics get in the score file. They have the same metrics, and no
            constants of their own to normalise by. No part of the digest: prepared data are the
            same with it.
        keeps_predictions: `evaluate` leaves them beside the score. No part of the digest.
        reader: the module whose `read` reads its files; empty for the declaring one.
        table: whether a sample is a row of a table, whose columns the schema beside the prepared
            data has. No part of the digest.
    """

    title: str
    suite: str
    origin: str
    input_shape: tuple[int, ...]
    target: Target
    samples: Samples
    loss: str
    metric: str
    files: tuple[Way, ...]
    source: str
    normalisation: Normalisation = Normalisation()
    augmentation: tuple[str, ...] = ()
    variant_of: str = ""
    as_published: bool = field(default=False, repr=False)
    differs: str = ""
    option: object = None
    extra_metrics: tuple[str, ...] = field(default=())
    pooling: Literal["none", "mean", "majority"] = "none"
    redraw: bool = False
    loss_in_units: bool = False
    also_tested_on: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    keeps_predictions: bool = field(default=False, repr=False)
    reader: str = field(default="", repr=False)
    table: bool = field(default=False, repr=False)

    @property
    def kind(self) -> Literal["sequence", "grid"]:
        """Whether a sample is a sequence or a grid, by its number of axes."""
        return "sequence" if len(self.input_shape) == 2 else "grid"

    @property
    def public(self) -> bool:
        """Whether its data are publicly available."""
        return all(way.public for way in self.files)

    @property
    def digest(self) -> str:
        """Names this version of the declaration; scores of different ones are not mixed."""
        return sha256(repr(self).encode()).hexdigest()[:16]


TASKS: Declarations[Task] = Declarations("orca.data.tasks", "task")
