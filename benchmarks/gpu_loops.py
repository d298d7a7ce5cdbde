"""The loops that `gpu.py` compares: the product's own, a tuned plain one, and one as the official.

All train the same model with random weights, on the same random samples.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import torch
from synthetic_files import Stored, write_prepared
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from orca.data.store import Prepared
from orca.data.target import Classes, Field, MultiLabel, Target
from orca.data.task import Samples, Task
from orca.methods.objectives.objective import Objective
from orca.models.assemble import Model, put_together
from orca.models.body import BODIES
from orca.models.settings import ModelSettings
from orca.training.arithmetic import forward_pass, products
from orca.training.batches import Batches, seeded
from orca.training.checkpoint import State
from orca.training.compiling import compile_parts, next_step, repeatable
from orca.training.finetune_loop import FinetuneLoop
from orca.training.loss import make_loss
from orca.training.progress import Checkpoints
from orca.training.settings import Compiled, FinetuneSettings, OptimizerSettings, Precision
from orca.training.setup import output_of

OPTIMIZER = OptimizerSettings(learning_rate=1.0e-4)
CLIPPING = 1.0


@dataclass(frozen=True)
class Way:
    """How a model computes."""

    precision: Precision
    compile: Compiled

    def __str__(self) -> str:
        """Return it as the table has it."""
        return self.precision if self.compile == "off" else f"{self.precision}, {self.compile}"


@dataclass(frozen=True)
class Shape:
    """A model and its batches of `batch` samples; a round has so many `steps`."""

    body: str
    input_shape: tuple[int, ...]
    target: Target
    loss: str
    batch: int
    kind: str = "float32"  # of the stored inputs
    steps: int = 60
    model: ModelSettings = field(default_factory=ModelSettings)
    is_toy: bool = False

    @property
    def task(self) -> Task:
        """The made-up task."""
        return Task(
            title="made up", suite="benchmarks", origin="made up", input_shape=self.input_shape,
            target=self.target, samples=Samples(train=self.batch * self.steps, validation=0, test=0),
            loss=self.loss, metric="rmse", files=(), source="made_up",
        )  # fmt: skip

    def built(self, device: torch.device) -> Model:
        """Return the model with random weights."""
        loaded = BODIES[self.body].load(
            None, settings=self.model, generator=seeded(0), toy=self.is_toy
        )
        model = put_together(
            loaded, input_shape=self.input_shape, output=output_of(self.target),
            settings=self.model, embedder="random", generator=seeded(1),
        )  # fmt: skip
        return model.train().to(device)

    def toy(self) -> "Shape":
        """Return the shape with a toy body, few steps and few tokens."""
        few = ModelSettings(sequence_length=8, folded_tokens=16)
        return replace(self, is_toy=True, steps=3, model=few)


LINE = ModelSettings(sequence_length=32)
SHAPES = {
    "roberta, 4 x 32 tokens": Shape(
        "roberta_base", (1, 1024), Field(grid=(1024,)), "nrmse", 4, steps=150, model=LINE
    ),
    "swin, batch 4": Shape("swin_base", (3, 85, 85), Field(grid=(85, 85)), "relative_l2", 4),
    "minilm, 16 x 32 tokens": Shape(
        "minilm", (1, 128), Classes(3), "cross_entropy", 16, steps=150, model=LINE
    ),
    "swin, batch 32": Shape(
        "swin_base", (3, 60, 60), Classes(100), "cross_entropy", 32, kind="uint8", steps=25
    ),
    "roberta, 16 x 500 tokens": Shape(
        "roberta_base", (4, 1000), MultiLabel(36), "bce_with_logits", 16, kind="uint8", steps=40,
        model=ModelSettings(sequence_length=500),
    ),
}  # fmt: skip


def shapes_of(*, toy: bool) -> dict[str, Shape]:
    """Return all shapes by name, as toys or not."""
    return {name: shape.toy() if toy else shape for name, shape in SHAPES.items()}


@dataclass(frozen=True)
class Loop:
    """A loop that can be measured."""

    epoch: Callable[[int, int], object]  # trains a round of that number, from a step of it on
    steps: int
    batch: int


def trainer(
    shape: Shape, way: Way, device: torch.device, *, folder: Path, checkpoints: Checkpoints
) -> FinetuneLoop:
    """Return the product's loop over a prepared file, which is made if it is not there."""
    path, task = folder / f"{shape.body}{shape.batch}/fit.h5", shape.task
    if not path.exists():
        write_prepared(path, task, Stored.of(task, shape.kind), shape.batch * shape.steps)
    prepared = Prepared(path, task)
    settings = FinetuneSettings(
        epochs=1000, batch_size=shape.batch, gradient_clipping=CLIPPING,
        precision=way.precision, compile=way.compile,
    )  # fmt: skip
    return FinetuneLoop(
        model=shape.built(device),
        objective=Objective(make_loss(shape.loss)),
        batches=Batches(prepared, prepared.rows("fit"), shape.batch, 0, device),
        settings=settings,
        optimizer_settings=OPTIMIZER,
        seed=0,
        checkpoints=checkpoints,
        validation=None,
    )


def product(shape: Shape, way: Way, *, folder: Path, device: torch.device) -> Loop:
    """Return the product's own loop, without its checkpoints."""
    loop = trainer(shape, way, device, folder=folder, checkpoints=Checkpoints())
    loop._compile()

    def epoch(number: int, first: int) -> None:
        loop.progress.epoch, loop.progress.batch = number, first
        with products(way.precision), repeatable(way.compile):
            loop._train_epoch(number)

    return Loop(epoch, shape.steps, shape.batch)


def on_device(shape: Shape, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return normalised samples of a round, in the device's memory."""
    stored = Stored.of(shape.task, shape.kind)
    count = shape.batch * shape.steps
    places = torch.arange(count) % len(stored.inputs)
    inputs = (torch.from_numpy(stored.inputs)[places].float() - 125) / 70
    targets = torch.from_numpy(stored.targets)[places]
    if isinstance(shape.target, Classes):
        targets = targets.long()
    return inputs.to(device), targets.to(device)


def plain(shape: Shape, way: Way, *, device: torch.device) -> Loop:
    """Return a tuned loop in a few lines: nothing read, nothing checked, nothing kept."""
    model, loss = shape.built(device), make_loss(shape.loss)
    inputs, targets = on_device(shape, device)
    optimizer = torch.optim.AdamW(model.parameters(), OPTIMIZER.learning_rate, fused=True)
    compile_parts(model, way.compile)

    def epoch(number: int, first: int) -> None:
        generator = torch.Generator(device).manual_seed(number)
        order = torch.randperm(len(inputs), generator=generator, device=device).split(shape.batch)
        with products(way.precision):
            for places in order[first:]:
                next_step(way.compile)
                with forward_pass(way.precision, device):
                    value = loss(model(inputs[places]), targets[places])
                value.backward()
                nn.utils.clip_grad_norm_(model.parameters(), CLIPPING)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)

    return Loop(epoch, shape.steps, shape.batch)


def official(shape: Shape, *, device: torch.device) -> Loop:
    """Return a loop as the official code has it: eager, float32, a DataLoader with workers."""
    model, loss = shape.built(device), make_loss(shape.loss)
    loader = DataLoader(
        TensorDataset(*on_device(shape, torch.device("cpu"))), batch_size=shape.batch, shuffle=True,
        num_workers=0 if shape.is_toy else 4, pin_memory=device.type == "cuda",
    )  # fmt: skip
    optimizer = torch.optim.AdamW(model.parameters(), OPTIMIZER.learning_rate)

    def epoch(number: int, first: int) -> float:
        del number
        total = 0.0
        with products("float32"):
            for inputs, targets in islice(loader, shape.steps - first):
                optimizer.zero_grad()
                value = loss(model(inputs.to(device)), targets.to(device))
                value.backward()
                nn.utils.clip_grad_norm_(model.parameters(), CLIPPING)
                optimizer.step()
                total += value.item()
        return total

    return Loop(epoch, shape.steps, shape.batch)


def resumes_equal(way: Way, device: torch.device, folder: Path) -> bool:
    """Return whether a run stopped in its second epoch ends bit for bit as one that was not."""
    shape = replace(SHAPES["minilm, 16 x 32 tokens"].toy(), steps=6)
    shape = replace(shape, model=shape.model.model_copy(update={"dropout": 0.1}))

    def ended(place: Path, stop: int | None) -> dict[str, Tensor]:
        torch._dynamo.reset()
        with State(place, "a", seconds=0.0).held() as state:
            loop = trainer(shape, way, device, folder=place.parent, checkpoints=state)
            loop.settings = loop.settings.model_copy(update={"epochs": 2})
            step, taken = loop._step, [0]

            def counted(epoch: int, batch: int) -> None:
                taken[0] += 1
                if taken[0] == stop:
                    raise KeyboardInterrupt
                step(epoch, batch)

            loop._step = counted  # type: ignore[method-assign]
            loop.run()
            return {name: weight.cpu() for name, weight in loop.model.state_dict().items()}

    base = folder / f"resume {way}"
    base.mkdir()
    whole = ended(base / "whole", None)
    try:
        ended(base / "halves", shape.steps + 3)
    except KeyboardInterrupt:
        halves = ended(base / "halves", None)
    return all(torch.equal(weight, halves[name]) for name, weight in whole.items())
