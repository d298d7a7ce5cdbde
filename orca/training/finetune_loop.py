"""Stage three: train the weights on the task."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from orca.errors import SettingsError, TrainingError
from orca.logs import log, progress
from orca.methods.objectives.objective import Objective
from orca.models.assemble import Model
from orca.training.arithmetic import forward_pass, products
from orca.training.batches import Batches, seeded
from orca.training.compiling import as_compiled, as_written, next_step, repeatable, start
from orca.training.loss import Loss
from orca.training.optimizer import Optimizer
from orca.training.progress import Checkpoints, History, PendingLosses
from orca.training.schedule import make_schedule
from orca.training.settings import Compiled, FinetuneSettings, OptimizerSettings
from orca.training.tensor_file import load_trained, trained_tensors, under
from orca.training.validate import Validation


@dataclass(kw_only=True)
class Position:
    """How far a run has come: what a checkpoint holds beside weights and optimizer."""

    epoch: int = 0
    batch: int = 0
    loss_sum: float = 0.0
    epoch_seconds: float = 0.0
    best: float | None = None
    best_epoch: int = -1


def trained_parameters(*modules: nn.Module) -> list[nn.Parameter]:
    """Return the weights that are trained: a model's, and its objective's own."""
    parameters = (parameter for module in modules for parameter in module.parameters())
    return [parameter for parameter in parameters if parameter.requires_grad]


@dataclass(kw_only=True)
class FinetuneLoop:
    """One run of stage three, resumable at any step.

    Args:
        model: on its device, with the weights that it starts from.
        seed: of order and dropout.
        checkpoints: the run's progress, which it goes on from.
        validation: scores the model on set-aside samples; None where no epoch is chosen by it.
        report: gets each score (epoch, error); the search ends a run by raising from it.
        certain_epochs: epochs before which `report` ends no run; None where it ends none.
    """

    model: Model
    objective: Objective
    batches: Batches
    settings: FinetuneSettings
    optimizer_settings: OptimizerSettings
    seed: int
    checkpoints: Checkpoints
    validation: Validation | None
    report: Callable[[int, float], None] = lambda epoch, error: None
    certain_epochs: int | None = None
    history: History = field(default_factory=History)
    compiled: Compiled = field(default="off", init=False)
    progress: Position = field(default_factory=Position)
    _losses: PendingLosses = field(default_factory=PendingLosses, init=False)
    _best: dict[str, Tensor] = field(default_factory=dict, init=False)
    """The weights of the best epoch so far: in main memory, and in every checkpoint."""

    def __post_init__(self) -> None:
        self.trained = trained_parameters(self.model, self.objective)
        self.optimizer = Optimizer(self.trained, self.optimizer_settings)
        self.schedule = make_schedule(self.settings, batches_per_epoch=self.batches.per_epoch)
        joined, there = self.settings.accumulation, self.batches.per_epoch
        if self.settings.accumulate == "official" and joined > there:
            raise SettingsError(
                where="finetune.accumulation",
                what=f"an epoch has {there} micro-batches, fewer than the {joined} of a step, and"
                " `accumulate: official` drops them",
                mend=f"set `accumulation` to {there} at most, or `accumulate` to 'sum'",
            )

    def run(self) -> None:
        """Train to the last epoch, from the last checkpoint on where there is one."""
        self._resume()
        self._compile()
        try:
            self._train()
        finally:
            as_written(self.model, self.compiled)
        if self.validation is not None and self.validation.chooses:
            load_trained(self.model, self._best, where=self.checkpoints.place)
            self.history.best_epoch = self.progress.best_epoch

    def _train(self) -> None:
        epochs = range(self.progress.epoch, self.settings.epochs)
        for epoch in progress(
            epochs, what="epoch", total=self.settings.epochs, done=self.progress.epoch
        ):
            with products(self.settings.precision), repeatable(self.compiled):
                with self.history.clock.part("train"):
                    self._train_epoch(epoch)
                self._end_epoch(epoch)

    def _compile(self) -> None:
        """Compile the model, or leave it, as the settings say."""
        self.model.train()
        precision, epochs = self.settings.precision, self.certain_epochs or self.settings.epochs
        with self.history.clock.part("train"), products(precision):
            self.compiled = self.history.compiled = start(
                self.model,
                self.settings.compile,
                steps=epochs * self.batches.per_epoch,
                precision=precision,
                sample=lambda: self.batches.read(0, 0)[0],
            )

    def _train_epoch(self, epoch: int) -> None:
        start = time.monotonic() - self.progress.epoch_seconds
        self.model.train()
        if self.progress.batch == 0:
            torch.manual_seed(seeded(self.seed, 2, epoch).initial_seed())  # for dropout
        self._clear_gradients()
        for batch, (inputs, targets) in self.batches.epoch(epoch, self.progress.batch):
            self._losses.add(batch, self._backward(epoch, batch, inputs, targets))
            last = batch + 1 == self.batches.per_epoch
            if self._losses.many or last:
                self._read_losses(epoch)
            if (batch + 1) % self.settings.accumulation == 0 or batch == self._last_step:
                self._step(epoch, batch)
                self.progress.epoch, self.progress.batch = epoch, batch + 1
                if self.checkpoints.due and not last:
                    self.progress.epoch_seconds = time.monotonic() - start
                    self._read_losses(epoch)
                    self._save()
        self.progress.epoch_seconds = time.monotonic() - start

    def _rate(self, epoch: int, batch: int) -> float:
        step = epoch * self.batches.per_epoch + batch
        return self.optimizer_settings.learning_rate * self.schedule.factor(step)

    @property
    def _last_step(self) -> int:
        """The micro-batch of an epoch's last step; the official code drops those that fill none."""
        size, count = self.settings.accumulation, self.batches.per_epoch
        return (count // size * size if self.settings.accumulate == "official" else count) - 1

    def _joined(self, batch: int) -> int:
        """Return how many micro-batches the optimizer step of this one joins."""
        size = self.settings.accumulation
        return min(size, self.batches.per_epoch - batch // size * size)

    def _backward(self, epoch: int, batch: int, inputs: Tensor, targets: Tensor) -> Tensor:
        """Add a micro-batch's gradient, and return its loss; nothing here waits for the device."""
        next_step(self.compiled)
        whole = as_compiled(self.compiled, wanted=len(inputs) == self.batches.size)
        with whole, forward_pass(self.settings.precision, inputs.device):
            loss = self.objective.loss(
                self.model,
                inputs,
                targets,
                epoch=epoch,
                epochs=self.settings.epochs,
                generator=seeded(self.seed, 3, epoch, batch, device=inputs.device),
            )
        joined = self._joined(batch) if self.settings.accumulate == "mean" else 1
        (loss / joined).backward()  # type: ignore[no-untyped-call]
        if self.settings.accumulate == "official":
            self._clip()
        return loss

    def _clip(self) -> None:
        if self.settings.gradient_clipping is not None:
            nn.utils.clip_grad_norm_(self.trained, self.settings.gradient_clipping)

    def _read_losses(self, epoch: int) -> None:
        """Add up the losses that lie on the device, in the order of their batches.

        Raises:
            TrainingError: if one is no finite number.
        """
        for batch, value in self._losses.read():
            if not math.isfinite(value):
                self._diverged(epoch, batch, value)
            self.progress.loss_sum += value

    def _diverged(self, epoch: int, batch: int, value: float) -> None:
        numbers = self.batches.sample_numbers(epoch, batch).tolist()
        step = epoch * self.batches.per_epoch + batch
        loss, targets = self.objective.task_loss, self.batches.read(epoch, batch)[1]
        for place, fault in (loss.faults(targets) if isinstance(loss, Loss) else {}).items():
            raise TrainingError(
                where=f"epoch {epoch}, step {step}, sample {numbers[place]}"
                f" of {self.batches.data.place}",
                what=fault,
                mend="leave such samples out in the task's `read`, or use another loss",
            )
        rate = self.optimizer_settings.learning_rate * self.schedule.factor(step)
        shown = ", ".join(map(str, numbers[:16])) + (", ..." if len(numbers) > 16 else "")
        raise TrainingError(
            where=f"epoch {epoch}, step {step}, samples {shown} of {self.batches.data.place}",
            what=f"the loss is {value} at a learning rate of {rate:.3g}",
            mend="lower `optimizer.learning_rate` or set `finetune.gradient_clipping` in the settings,"
            " or look at these samples (of a run: `orca inspect`)",
        )

    def _step(self, epoch: int, batch: int) -> None:
        if self.settings.accumulate != "official":
            self._clip()
        self.optimizer.rate = self._rate(epoch, batch)
        self.optimizer.step()
        self._clear_gradients()

    def _clear_gradients(self) -> None:
        """Drop the gradients; those that add up over replayed steps lie in memory of their own."""
        replayed = self.compiled == "reduce-overhead" and self.settings.accumulation > 1
        if replayed:
            for parameter in self.trained:
                if parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
        self.optimizer.clear_gradients(keep_memory=replayed)

    def _end_epoch(self, epoch: int) -> None:
        row = {
            "epoch": epoch,
            "train_loss": self.progress.loss_sum / self.batches.per_epoch,
            "learning_rate": self._rate(epoch, self._last_step),
            "seconds": round(self.progress.epoch_seconds, 3),
        }
        if self.validation is not None and self.validation.due(epoch, self.settings.epochs):
            with self.history.clock.part("validate"):
                row["validation"], error = self._validate(epoch)
        self.history.rows.append(row)
        log.debug("epoch %d: %s", epoch, row)
        self.progress.epoch, self.progress.batch = epoch + 1, 0
        self.progress.loss_sum, self.progress.epoch_seconds = 0.0, 0.0
        if self.checkpoints.due:
            self._save()
        if "validation" in row:
            self.report(epoch, error)

    def _validate(self, epoch: int) -> tuple[float, float]:
        assert self.validation is not None
        with as_compiled(self.compiled, wanted=False):
            value, error = self.validation.score(self.model)
        best = self.progress.best
        if self.validation.chooses and (best is None or error < best):
            self.progress.best, self.progress.best_epoch = error, epoch
            self._best = {
                name: tensor.detach().to("cpu", copy=True)
                for name, tensor in trained_tensors(self.model).items()
            }
        return value, error

    def _save(self) -> None:
        tensors = {f"model.{name}": value for name, value in trained_tensors(self.model).items()}
        tensors |= {f"best.{name}": value for name, value in self._best.items()}
        tensors |= {f"objective.{name}": v for name, v in self.objective.state_dict().items()}
        tensors |= {f"optimizer.{k}": v for k, v in self.optimizer.tensors().items()}
        tensors["random"] = torch.get_rng_state()
        if self.batches.device.type == "cuda":
            tensors["random_cuda"] = torch.cuda.get_rng_state(self.batches.device)
        record = {
            "progress": vars(self.progress),
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
        load_trained(self.model, under(tensors, "model"), where=self.checkpoints.place)
        self._best = under(tensors, "best")
        self.objective.load_state_dict(under(tensors, "objective"))
        self.optimizer.restore(under(tensors, "optimizer"))
        torch.set_rng_state(tensors["random"])
        if "random_cuda" in tensors:
            torch.cuda.set_rng_state(tensors["random_cuda"], self.batches.device)
        self.progress = Position(**record["progress"])
        self.history.rows = record["history"]
        self.history.clock.seconds = record["seconds"]
