"""Pretrains a body that is not published, so that the workflow needs no download for it."""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor
from torch.nn import functional

from orca.errors import TrainingError
from orca.logs import Clock, log, progress
from orca.models.assemble import Model
from orca.models.card import write_card
from orca.models.pretraining.images import LabelledImages, coloured, pretraining_images
from orca.models.pretraining.model import body_tensors, untrained
from orca.models.pretraining.settings import PretrainSettings
from orca.provenance import HISTORY, RECORD, digest_of
from orca.training.batches import seeded
from orca.training.checkpoint import State, publish
from orca.training.key import pretrain_key
from orca.training.optimizer import Optimizer
from orca.training.progress import PendingLosses
from orca.training.record import whole_outputs, write_history, write_run
from orca.training.settings import OptimizerSettings
from orca.training.tensor_file import under, write_tensors

LARGEST_GRADIENT = 1.0  # its norm; a longer one is cut
LABEL_SMOOTHING = 0.1
BETAS = (0.9, 0.999)  # of AdamW


def rate_factor(step: int, steps: int) -> float:
    """Return what the highest rate is multiplied by: a short rise, then along a cosine to 0."""
    rise = max(1, steps // 20)
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


@dataclass(kw_only=True)
class Pretraining:
    """One training of a body and a classifier on images, resumable at any step."""

    model: Model
    images: LabelledImages
    settings: PretrainSettings
    state: State
    step: int = 0
    loss_sum: float = 0.0
    epoch_seconds: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        steps = OptimizerSettings(weight_decay=self.settings.weight_decay, betas=BETAS)
        self.optimizer = Optimizer(self.model.parameters(), steps)
        self.batches = max(1, len(self.images.labels) // self.settings.batch_size)
        self._losses = PendingLosses()
        self.device = next(self.model.parameters()).device

    def run(self) -> None:
        """Train to the last step, from the last checkpoint on where there is one."""
        self._resume()
        total = self.settings.epochs * self.batches
        self.model.train()
        for step in progress(
            range(self.step, total), what="pretraining step", total=total, done=self.step
        ):
            self._train(step, total)
            self.step = step + 1
            if self.step % self.batches == 0:
                self._end_epoch()
            if self.state.due and self.step < total:
                self._save()

    def _train(self, step: int, total: int) -> None:
        start = time.monotonic()
        seed = self.settings.seed
        torch.manual_seed(seeded(seed, 15, step).initial_seed())  # of stochastic depth
        chosen = self._chosen(step)
        inputs = coloured(self.images.images[chosen], seeded(seed, 14, step)).to(self.device)
        labels = self.images.labels[chosen].to(self.device)
        output = self.model(inputs)
        loss = functional.cross_entropy(output, labels, label_smoothing=LABEL_SMOOTHING)
        self.optimizer.clear_gradients()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
        self.optimizer.rate = self.settings.learning_rate * rate_factor(step, total)
        self.optimizer.step()
        self._losses.add(step, loss)
        if self._losses.many or (step + 1) % self.batches == 0:
            self._read_losses()
        self.epoch_seconds += time.monotonic() - start

    def _read_losses(self) -> None:
        for step, value in self._losses.read():
            if not math.isfinite(value):
                raise TrainingError(
                    where=f"pretraining step {step}",
                    what=f"the loss is {value}",
                    mend="lower pretraining.learning_rate in config/config.yaml",
                )
            self.loss_sum += value

    def _chosen(self, step: int) -> Int[Tensor, " batch"]:
        epoch, batch = divmod(step, self.batches)
        order = torch.randperm(
            len(self.images.labels), generator=seeded(self.settings.seed, 13, epoch)
        )
        size = self.settings.batch_size
        return order[batch * size : (batch + 1) * size]

    def _end_epoch(self) -> None:
        row = {
            "epoch": self.step // self.batches - 1,
            "train_loss": self.loss_sum / self.batches,
            "seconds": round(self.epoch_seconds, 3),
        }
        log.info("epoch %(epoch)d: training loss %(train_loss).3f, %(seconds).0f s", row)
        self.history.append(row)
        self.loss_sum = self.epoch_seconds = 0.0

    def _save(self) -> None:
        self._read_losses()
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        tensors |= {f"optimizer.{k}": v for k, v in self.optimizer.tensors().items()}
        record = {
            "step": self.step,
            "loss_sum": self.loss_sum,
            "epoch_seconds": self.epoch_seconds,
            "history": self.history,
        }
        self.state.save(tensors, record)

    def _resume(self) -> None:
        saved = self.state.load()
        if saved is None:
            return
        tensors, record = saved
        self.model.load_state_dict(under(tensors, "model"))
        self.optimizer.restore(under(tensors, "optimizer"))
        for name, value in record.items():
            setattr(self, name, value)


@torch.inference_mode()
def accuracy(model: Model, images: LabelledImages, generator: torch.Generator) -> float:
    """Return the share of images that a model puts into their class."""
    model.eval()
    device = next(model.parameters()).device
    hits = 0
    for grey, labels in zip(images.images.split(64), images.labels.split(64), strict=True):
        output = model(coloured(grey, generator).to(device))
        hits += int((output.argmax(dim=1).cpu() == labels).sum())
    return hits / len(images.labels)


def pretrain_body(
    name: str,
    *,
    settings: PretrainSettings,
    device: torch.device,
    out: Path,
    state: Path,
    checkpoint_seconds: float,
) -> None:
    """Pretrain a body and leave it as if it had been fetched, with a record of the training.

    The folder `out` gets `model.safetensors`, `card.json`, `history.csv` and `run.json`; unfinished
    progress is in the folder `state`, with at least `checkpoint_seconds` between two checkpoints.

    Raises:
        SettingsError: if the body is a published one.
        TrainingError: if the loss is not finite.
    """
    code = pretrain_key(body=name, settings=settings)
    key = digest_of([code, torch.get_num_threads(), device.type])
    with State(state, key, checkpoint_seconds).held() as held:
        if whole_outputs(out, key):
            log.info("%s is pretrained already", name)
            held.clear()
            return
        if not held.finished:
            held.outputs.mkdir(exist_ok=True)
            _make(name, settings, device, held)
        publish(held, out)  # Snakemake may wipe them: the state goes when the next start finds them


def _make(name: str, settings: PretrainSettings, device: torch.device, state: State) -> None:
    seed, clock, out = settings.seed, Clock(), state.outputs
    with clock.part("images"):
        data = pretraining_images(settings)
        rest, held_out = data.split(settings.held_out_share, seeded(seed, 16))
    log.info("%d images of %d classes to train on", len(rest.labels), data.classes)
    model = untrained(name, data.classes, seeded(seed, 0)).to(device)
    run = Pretraining(model=model, images=rest, settings=settings, state=state)
    run.run()
    clock.seconds["train"] = sum(row["seconds"] for row in run.history)
    with clock.part("held_out"):
        found = accuracy(model, held_out, seeded(seed, 17))
    log.info("accuracy on %d held-out images: %.3f", len(held_out.labels), found)
    write_tensors(out / "model.safetensors", body_tensors(model))
    write_history(out / HISTORY, run.history)
    facts = {
        "step": "pretrain_body",
        "body": name,
        "settings": settings.model_dump(mode="json"),
        "seed": seed,
        "classes": data.classes,
        "train_images": len(rest.labels),
        "held_out_images": len(held_out.labels),
        "held_out_accuracy": found,
    }
    write_card(name, out, way="pretraining", seconds=clock.seconds, **facts)
    write_run(
        out / RECORD, device=device, clock=clock, inputs={}, key=state.key, status="ok", **facts
    )
