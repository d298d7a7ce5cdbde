"""What a peer is: a model that is fitted as its own library does it, to the rows a method has.

With default settings, peers are fitted to all rows of `fit.h5`, like methods that keep their last
epoch. A searched one draws settings from its space, at random and as often as the search for
fine-tuning tries; each draw is fitted to the training rows and scored on the validation rows, and
the best is fitted to all.
"""

import importlib.metadata
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int, Num

from orca.data.normalise import Constants
from orca.data.target import Classes, Target
from orca.data.task import Task
from orca.declarations import Declarations, nearest
from orca.errors import OrcaError, SettingsError

if TYPE_CHECKING:
    import pandas
    import torch

NO_BODY = "none"  # in the paths of runs that no body takes part in
EXTRA = "pip install 'orca-cross-modal[peers]'"
SMALLEST = 1e-12  # probability that a logarithm is taken of


class PeerError(OrcaError):
    """A peer's library or weights are missing."""


@cache
def _is_installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Some samples.

    Args:
        inputs: as models take them, normalised.
        targets: as a model learns them; whole numbers for classes.
        frame: for rows of a table, its columns: numbers, and categories with all that the fit
            file has; not normalised.
    """

    inputs: Float[np.ndarray, "n *input"]
    targets: Num[np.ndarray, "n *target"]
    frame: "pandas.DataFrame | None" = None

    def take(self, numbers: Int[np.ndarray, " m"]) -> "Rows":
        """Return some of them."""
        frame = None if self.frame is None else self.frame.iloc[numbers]
        return Rows(inputs=self.inputs[numbers], targets=self.targets[numbers], frame=frame)

    @property
    def columns(self) -> "pandas.DataFrame":
        """The columns of a table's rows, under names that every library takes."""
        assert self.frame is not None
        return self.frame.set_axis([f"c{n}" for n in range(self.frame.shape[1])], axis=1)

    @property
    def flat(self) -> Float[np.ndarray, "n numbers"]:
        """All numbers of a sample in one row."""
        return self.inputs.reshape(len(self.inputs), -1)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What a peer is fitted to.

    Args:
        rows: that it may see.
        target: what is predicted.
        settings: the peer's, by name.
        seed: of all its draws.
        threads: that it may use.
        device: for peers in PyTorch.
        constants: of normalising, of inputs and of targets.
        body: name of the pretrained body, for peers that stand on one.
        weights: folder of the body's weights.
    """

    rows: Rows
    target: Target
    settings: Mapping[str, Any]
    seed: int
    threads: int
    device: "torch.device"
    constants: tuple[Constants, Constants]
    body: str = NO_BODY
    weights: Path = Path()

    @property
    def classifies(self) -> bool:
        """Whether a sample has one class."""
        return isinstance(self.target, Classes)

    def logits_of(
        self, probabilities: Float[np.ndarray, "n seen"], classes: Int[np.ndarray, " seen"]
    ) -> Float[np.ndarray, "n classes"]:
        """Return the logarithms of probabilities, also of classes that no row had.

        Args:
            probabilities: of the classes that the library saw.
            classes: their numbers.
        """
        assert isinstance(self.target, Classes)
        every = np.full((len(probabilities), self.target.count), SMALLEST)
        every[:, classes] = np.maximum(probabilities, SMALLEST)
        return np.log(every).astype(np.float32)

    def fitted(
        self, model: Any, inputs: Callable[[Rows], Any] = attrgetter("columns")
    ) -> "Predict":
        """Fit a model of scikit-learn's kind to the rows, and return what it predicts.

        Args:
            model: for classes with `classes_`, and with `predict_proba` or else `decision_function`,
                whose margins then serve as logits.
            inputs: of the model, made from rows.
        """
        model.fit(inputs(self.rows), self.rows.targets)
        if not self.classifies:
            return lambda rows: np.asarray(model.predict(inputs(rows)))
        seen = np.asarray(model.classes_, int)
        if hasattr(model, "predict_proba"):
            return lambda rows: self.logits_of(np.asarray(model.predict_proba(inputs(rows))), seen)

        def predict(rows: Rows) -> np.ndarray:
            margins = model.decision_function(inputs(rows))
            if margins.ndim == 1:
                margins = np.stack([-margins, margins], axis=1)
            every = np.full((len(margins), self.target.outputs), margins.min() - 1, np.float32)
            every[:, seen] = margins
            return every

        return predict


Predict = Callable[[Rows], Float[np.ndarray, "n *output"]]
"""From rows to outputs: logits, or numbers and fields that are normalised as targets are."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A model from outside this project.

    Args:
        title: as it stands in a table.
        origin: the paper that proposes it, and the library that computes it.
        suits: whether it can be fitted to a task.
        fit: the function that fits it.
        libraries: the packages that compute it, as Python imports them; runs record their versions.
        weights: says why its published weights cannot be had; empty if they can, or none are
            needed.
        mend: how to get what it lacks.
        settings: its own, by name; those that are not here keep its library's defaults.
        space: values by name that a search may choose from.
        searched: whether it is searched.
        copies: sets as large as its rows, as float32, that its fit holds at once beside them; on a
            body, sets as large as the features that the body makes of the rows.
        per_sample: further numbers of 4 bytes that its fit holds for each sample, such as features
            and trees.
        on_body: whether it stands on a pretrained body, which it leaves as it is.
        published_in_steps: whether its published scores are of a network that marches in time, where
            ours goes from the first frame to the last at once.
        variant_of: the peer that this one varies; a variant joins no table of all.
    """

    title: str
    origin: str
    suits: Callable[[Task], bool]
    fit: Callable[[Problem], Predict]
    libraries: tuple[str, ...] = ("sklearn",)
    weights: Callable[[], str] = lambda: ""
    mend: str = EXTRA
    settings: Mapping[str, Any] = field(default_factory=dict)
    space: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    searched: bool = False
    copies: float = 0.0
    per_sample: int = 0
    on_body: bool = False
    published_in_steps: bool = False
    variant_of: str = ""

    @property
    def lacks(self) -> str:
        """Why it cannot run here; empty if it can."""
        missing = [name for name in self.libraries if not _is_installed(name)]
        if missing:
            return f"the library {' and '.join(missing)} is not installed"
        return self.weights()

    def check(self, name: str) -> None:
        """Refuse a peer that cannot run here.

        Raises:
            PeerError: if a library or its weights are missing.
        """
        if lacks := self.lacks:
            mend = f"{self.mend}; then run the same command again"
            raise PeerError(where=f"the peer '{name}'", what=lacks, mend=mend)

    def with_settings(self, given: Mapping[str, Any], *, where: str) -> dict[str, Any]:
        """Return the peer's settings with others put over them.

        Raises:
            SettingsError: for the first that it does not know.
        """
        known = {**self.space, **self.settings}
        for key in given:
            if key not in known:
                raise SettingsError(
                    where=f"{where}, {key}",
                    what=f"{self.title} has no setting '{key}'",
                    mend=nearest(key, list(known)),
                )
        return {**self.settings, **given}

    @property
    def versions(self) -> dict[str, str]:
        """The versions of its libraries, by the names under which they were installed."""
        packages = {name for library in self.libraries for name in _installed()[library]}
        return {name: importlib.metadata.version(name) for name in sorted(packages)}


@cache
def _installed() -> Mapping[str, list[str]]:
    """Return the names under which importable packages were installed, looked up once."""
    return importlib.metadata.packages_distributions()


PDEBENCH = {
    "epochs": 500, "batch_size": 20, "learning_rate": 1e-3, "weight_decay": 1e-4, "halve_every": 100
}  # fmt: skip
"""How PDEBench trains its networks (Takamoto et al. 2022)."""


def trained_for(peer: Peer, epochs: int, *, of: str) -> Peer:
    """Return the variant of a network with another number of epochs, which its title says."""
    return replace(
        peer,
        title=f"{peer.title} ({epochs} epochs)",
        settings={**peer.settings, "epochs": epochs, "halve_every": epochs // 3},
        variant_of=of,
    )


def searched(peer: Peer, *, of: str) -> Peer:
    """Return the variant of a peer whose settings are searched for."""
    return replace(peer, title=f"{peer.title} (searched)", searched=True, variant_of=of)


PEERS: Declarations[Peer] = Declarations("orca.peers", "peer")
