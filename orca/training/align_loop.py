"""Stage two: train the embedder until the target's features lie like the source's."""

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from orca.alignment.algorithm import DistanceCall, distance_calls
from orca.alignment.distance import Distance, DistanceSettings
from orca.alignment.features import SourceFeatures
from orca.data.sample_set import SampleSet
from orca.errors import TrainingError
from orca.logs import log, progress
from orca.models.assemble import Model
from orca.training.arithmetic import products
from orca.training.batches import seeded
from orca.training.optimizer import Optimizer
from orca.training.progress import Checkpoints, History
from orca.training.samples import SampleLoader, ahead
from orca.training.schedule import StepDecay
from orca.training.settings import AlignSettings, OptimizerSettings
from orca.training.tensor_file import under

HIGH_RATE = 1.0e-3  # fine-tuning's learning rate beyond which the embedder's is no higher


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceDistance:
    """A distance to the source, ready to be descended; source and terms lie on the device."""

    distance: Distance
    settings: DistanceSettings
    source: SourceFeatures
    terms: Mapping[str, Tensor]

    @classmethod
    def of(
        cls, distance: Distance, settings: DistanceSettings, source: SourceFeatures
    ) -> "SourceDistance":
        """Return a distance with the terms that it keeps of the source."""
        terms = distance.load().source_terms(source, settings)
        return cls(distance=distance, settings=settings, source=source, terms=terms)


def embedder_rate(rate: float, factor: float) -> float:
    """Return the embedder's learning rate: fine-tuning's times `factor`, or, above 1e-3, times 1.

    Source: official code, which multiplies by 10 where fine-tuning's rate is at most 1e-3.
    """
    return rate * factor if rate <= HIGH_RATE else rate


@dataclass(kw_only=True)
class AlignLoop:
    """One run of stage two, resumable at any epoch.

    Args:
        model: on its device; only its embedder is trained.
        rows: numbers of the samples of the set that take part.
        labels: class or pseudo-class of each of them, from 0.
        seed: of all draws.
        checkpoints: the run's progress, which it goes on from.
        exact: the distance over all classes at once that the history keeps beside the objective.
    """

    model: Model
    objective: SourceDistance
    data: SampleSet
    rows: Int[np.ndarray, " n"]
    labels: Int[np.ndarray, " n"]
    settings: AlignSettings
    seed: int
    optimizer_settings: OptimizerSettings = field(default_factory=OptimizerSettings)
    checkpoints: Checkpoints = field(default_factory=Checkpoints)
    exact: SourceDistance | None = None
    epoch: int = 0
    history: History = field(default_factory=History)

    def __post_init__(self) -> None:
        settings, embedder = self.settings, self.model.embedder.parameters()
        self.optimizer = Optimizer(embedder, self.optimizer_settings)
        self.rate = embedder_rate(self.optimizer_settings.learning_rate, settings.rate_factor)
        self.schedule = StepDecay(milestones=settings.milestones, decay=settings.decay)
        self.device = next(self.model.embedder.parameters()).device
        self.samples = SampleLoader(self.data, self.rows, self.device)

    def run(self) -> None:
        """Train to the last epoch, from the last checkpoint on where there is one."""
        self._resume()
        total = self.settings.epochs
        for epoch in progress(
            range(self.epoch, total), what="alignment epoch", total=total, done=self.epoch
        ):
            exact = self._exact_value(epoch)
            with self.history.clock.part("align"), products("float32"):
                self._train_epoch(epoch, exact)
            self.epoch = epoch + 1
            if self.checkpoints.due:
                self._save()
            if self._stalled():
                log.info("no lower distance for %s epochs: stopping", self.settings.patience)
                break

    def _stalled(self) -> bool:
        patience = self.settings.patience
        if patience is None:
            return False
        values = {
            row["epoch"]: row["value"] for row in self.history.rows if row["value"] is not None
        }
        return self.epoch - 1 - min(values, key=values.__getitem__) >= patience

    def _train_epoch(self, epoch: int, exact: Mapping[str, float | None]) -> None:
        start = time.monotonic()
        self.model.train()
        self.optimizer.rate = self.rate * self.schedule.factor(epoch)
        self.optimizer.clear_gradients()
        # The value has the loss's gradient; it costs more, for the parts that do not move.
        which = "loss" if epoch % self.settings.record_value_every else "value"
        total = 0.0
        size = self.settings.samples_per_class
        draws = seeded(self.seed, 4, epoch)
        calls = self._calls(draws, size=size)
        for number, (call, features) in enumerate(self._with_features(calls, self.samples)):
            generator = seeded(self.seed, 5, epoch, number)
            distance = call.weight * self._distance(which, features, call.labels, generator)
            value = distance.item()
            self._check(value, epoch, call)
            distance.backward()  # type: ignore[no-untyped-call]
            total += value
            if self.settings.step_per == "class":
                self._step()
        if self.settings.step_per == "epoch":
            self._step()
        row = {"epoch": epoch, "value": None, "loss": None, which: total, **exact}
        row["learning_rate"] = self.optimizer.rate
        row["seconds"] = round(time.monotonic() - start, 4)
        self.history.rows.append(row)

    def _step(self) -> None:
        self.optimizer.step()
        self.optimizer.clear_gradients()

    def _calls(self, generator: torch.Generator, *, size: int) -> Iterator[DistanceCall]:
        """Return the computations of Algorithm 1."""
        return distance_calls(
            self.labels,
            sees=self.objective.distance.sees,
            size=size,
            rounds=self.settings.rounds,
            generator=generator,
            single_samples=self.settings.single_samples,
        )

    def _with_features(
        self, calls: Iterable[DistanceCall], samples: SampleLoader
    ) -> Iterator[tuple[DistanceCall, Float[Tensor, "b width"]]]:
        """Yield each call with its samples' features; the next samples are loaded meanwhile."""

        def load(call: DistanceCall) -> tuple[DistanceCall, Tensor]:
            return call, samples.load("inputs", self.rows[call.samples])

        for call, loaded in ahead(load, calls):
            yield call, self.model.embed(samples.inputs(loaded)).mean(dim=1)

    def _exact_value(self, epoch: int) -> dict[str, float | None]:
        """Return the history's entry of the exact distance, if the run keeps one.

        Source: ORCA (ICML 2023), Figure 6, the actual OTDD beside the estimate by Algorithm 1.
        """
        if self.exact is None:
            return {}
        settings = self.settings
        if epoch % (settings.record_exact_every or 1):
            return {"exact": None}
        self.model.eval()
        drawn = torch.randperm(len(self.rows), generator=seeded(self.seed, 13)).numpy()
        places = np.sort(drawn[: settings.exact_samples])
        parts = np.array_split(places, -(-len(places) // settings.samples_per_class))
        with self.history.clock.part("exact"), torch.no_grad():
            calls = (DistanceCall(part, self.labels[part], 1.0) for part in parts)
            features = torch.cat([each for _, each in self._with_features(calls, self.samples)])
            _, labels = np.unique(self.labels[places], return_inverse=True)
            value = self._distance("value", features, labels, seeded(self.seed, 13), of=self.exact)
        return {"exact": value.item()}

    def _distance(
        self,
        which: str,
        features: Float[Tensor, "b width"],
        labels: Int[np.ndarray, " b"],
        generator: torch.Generator,
        *,
        of: SourceDistance | None = None,
    ) -> Tensor:
        objective = of or self.objective
        compute = getattr(objective.distance.load(), which)
        on_device = torch.from_numpy(labels).to(self.device)
        return compute(
            features, on_device, objective.source, objective.terms, objective.settings, generator
        )

    def _check(self, value: float, epoch: int, call: DistanceCall) -> None:
        if not math.isfinite(value):
            shown = ", ".join(map(str, self.rows[call.samples[:16]].tolist()))
            raise TrainingError(
                where=f"alignment epoch {epoch}, samples {shown} of {self.data.place}",
                what=f"the distance is {value} at a learning rate of {self.optimizer.rate:.3g}",
                mend="lower `align.rate_factor` or `optimizer.learning_rate` in the settings",
            )

    def value(self, *, size: int) -> float:
        """Return the distance as the embedder is, of at most this many samples of each class."""
        self.model.eval()
        total = 0.0
        with torch.no_grad():
            calls = self._calls(seeded(self.seed, 6), size=size)
            samples = SampleLoader(self.data, self.rows, self.device, keep=False)
            for call, features in self._with_features(calls, samples):
                value = self._distance("value", features, call.labels, seeded(self.seed, 6))
                total += call.weight * value.item()
        return total

    def _save(self) -> None:
        tensors = {f"embedder.{k}": v for k, v in self.model.embedder.state_dict().items()}
        tensors |= {f"optimizer.{k}": v for k, v in self.optimizer.tensors().items()}
        record = {
            "epoch": self.epoch,
            "history": self.history.rows,
            "seconds": self.history.clock.seconds,
        }
        with self.history.clock.part("checkpoint"):
            self.checkpoints.save(tensors, record)

    def _resume(self) -> None:
        saved = self.checkpoints.load()
        if saved is None:
            return
        tensors, record = saved
        self.model.embedder.load_state_dict(under(tensors, "embedder"))
        self.optimizer.restore(under(tensors, "optimizer"))
        self.epoch, self.history.rows = record["epoch"], record["history"]
        self.history.clock.seconds = record["seconds"]
