"""A step asks for nothing from the device: on a GPU no host waits for it."""

from collections import Counter
from contextlib import contextmanager

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from orca.data.store import Prepared
from orca.errors import TrainingError
from orca.models.body import BODIES
from orca.models.pretraining.images import pretraining_images
from orca.models.pretraining.model import untrained
from orca.models.pretraining.settings import PretrainSettings
from orca.training import finetune_loop, progress
from orca.training.batches import Batches, seeded
from orca.training.checkpoint import State
from orca.training.loss import LOSSES, make_loss
from orca.training.pretrain_body import Pretraining
from tests.edited import edited
from tests.training.toy_grid import different, grid_step
from tests.training.toys import CPU, FIELDS, ToySetup, make_finetune, run

READS = ("_local_scalar_dense", "is_nonzero", "equal", "item")
OF_DATA = ("nonzero", "masked_select", "unique", "_unique2", "unique_dim", "bincount")
COPIES = ("lift_fresh",)  # a number of the host that becomes a tensor


class HostReads(TorchDispatchMode):
    """Counts what a GPU's host would wait for, by the name of the operation."""

    def __init__(self):
        super().__init__()
        self.found = Counter()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name.removeprefix("aten::")
        by_mask = name.startswith("index") and any(
            getattr(place, "dtype", None) is torch.bool
            for each in args
            if isinstance(each, list | tuple)
            for place in each
        )
        if name in (*READS, *OF_DATA, *COPIES) or by_mask:
            self.found[name] += 1
        return func(*args, **(kwargs or {}))


@contextmanager
def counted(monkeypatch):
    """Count host reads in this block."""
    counter = HostReads()
    with monkeypatch.context() as patch, counter:
        for name in ("tolist", "numpy", "__array__"):
            whole = getattr(torch.Tensor, name)

            def read(tensor, *args, whole=whole, name=name, **options):
                counter.found[name] += 1
                return whole(tensor, *args, **options)

            patch.setattr(torch.Tensor, name, read)
        yield counter.found


@pytest.mark.parametrize(
    "read",
    [
        lambda x: x.sum().item(),
        lambda x: bool((x > 0).any()),
        lambda x: x[x > 0],
        lambda x: x.tolist(),
        lambda x: x.new_tensor(3.0),
        lambda x: x.nonzero(),
    ],
)
def test_what_a_host_waits_for_is_counted(read, monkeypatch):
    with counted(monkeypatch) as found:
        read(torch.ones(3))
    assert found


@pytest.mark.parametrize("name", LOSSES)
def test_no_loss_waits_for_the_device(name, monkeypatch):
    loss = make_loss(name, class_counts=torch.tensor([1, 2, 3, 4]))
    predicted, target = torch.randn(6, 4, requires_grad=True), torch.arange(6) % 4
    if not name.endswith(("cross_entropy", "focal")):
        target = torch.rand(6, 8 if name.startswith(("masked", "zeroed")) else 4)
    with counted(monkeypatch) as found:
        loss(predicted, target).backward()
    assert not found


@pytest.mark.parametrize("name", different(alignment=""))
def test_no_step_of_a_method_waits_for_the_device(name, place, tmp_path, monkeypatch):
    step = grid_step(name, "classes", place, gradient_clipping=1.0, epochs=3)

    def look(loop):
        loop.model.train()
        for epoch in (0, 2):
            batch = loop.batches.read(epoch, 0)
            with counted(monkeypatch) as found:
                loop._backward(epoch, 0, *batch)
                loop._step(epoch, 0)
            assert not found

    monkeypatch.setattr(finetune_loop.FinetuneLoop, "run", look)
    (tmp_path / "out").mkdir()
    step.run(0, State(tmp_path, "a", seconds=30.0), tmp_path / "out")


@pytest.mark.parametrize("body", sorted(BODIES))
@pytest.mark.parametrize("shape", [(1, 40), (2, 12, 12)])
def test_no_body_waits_for_the_device(body, shape, monkeypatch):
    setup = ToySetup.of(body, shape, sequence_length=16, folded_tokens=16, dropout=0.1)
    model, inputs = setup.build_for("finetune", None, seed=0).train(), torch.randn(2, *shape)
    with counted(monkeypatch) as found:
        model(inputs).square().sum().backward()
    assert not found


def test_no_step_of_pretraining_waits_for_the_device(tmp_path, monkeypatch):
    settings = PretrainSettings(fractal_classes=2, images_per_class=8, batch_size=8)
    images = pretraining_images(settings)
    model = untrained("swin_fractals", images.classes, seeded(0, 0)).train()
    loop = Pretraining(
        model=model, images=images, settings=settings, state=State(tmp_path, "a", seconds=30.0)
    )
    with counted(monkeypatch) as found:
        loop._train(0, 10)
    assert not found


def test_the_first_bad_step_is_named_though_its_loss_is_read_later(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "READ_EVERY", 5)
    step = make_finetune(tmp_path, FIELDS, selection="best_on_validation")
    with edited(step.setup.prepared) as file:
        file["targets"][13] = 0.0
    with Prepared(step.setup.prepared, FIELDS) as prepared:
        batches = Batches(prepared, prepared.rows("train"), 8, 0, CPU)
        (bad,) = [b for b in range(6) if 13 in batches.sample_numbers(0, b)]
    with pytest.raises(TrainingError, match="its target is zero everywhere") as fault:
        run(step, tmp_path)
    assert fault.value.where.startswith(f"epoch 0, step {bad}, sample 13 of ")
