"""The official code's training loop, written out, beside ours with `accumulate: official`."""

import pytest
import torch
from torch.nn import functional

from orca.data.store import Prepared
from orca.training.batches import Batches
from orca.training.tensor_file import read_tensors
from tests.training.toys import CPU, make_finetune, run

PLAIN = {"dropout": 0.0, "epochs": 2, "schedule": "constant", "name": "sgd", "learning_rate": 0.02}
ACCUMULATED = {**PLAIN, "batch_size": 4, "accumulation": 4, "accumulate": "official"}


def official(step, *, clipping):
    """Return the weights after the official loop, on the same batches."""
    model, settings = step.setup.build_for("finetune", None, seed=0), step.settings
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    with Prepared(step.setup.prepared, step.setup.task) as prepared:
        batches = Batches(prepared, prepared.rows("fit"), settings.batch_size, 0, CPU)
        assert batches.per_epoch % settings.accumulation  # some are left over
        for epoch in range(settings.epochs):
            optimizer.zero_grad()
            for number, (inputs, targets) in batches.epoch(epoch):
                functional.cross_entropy(model(inputs), targets).backward()
                if clipping:
                    torch.nn.utils.clip_grad_norm_(model.parameters(), clipping)
                if (number + 1) % settings.accumulation == 0:
                    optimizer.step()
                    optimizer.zero_grad()
    return dict(model.named_parameters())


@pytest.mark.parametrize("clipping", [None, 0.5])
def test_gradients_are_summed_cut_and_dropped_as_in_the_official_loop(clipping, tmp_path):
    step = make_finetune(tmp_path, **ACCUMULATED, gradient_clipping=clipping)
    ours = read_tensors(*(path / "weights.safetensors" for path in run(step, tmp_path)))[0]
    theirs = official(step, clipping=clipping)
    for name, tensor in ours.items():
        torch.testing.assert_close(tensor, theirs[name].detach(), atol=1e-6, rtol=1e-5)


def test_without_accumulation_the_official_way_is_the_plain_one(tmp_path):
    changes = {**PLAIN, "gradient_clipping": 0.5}
    (mean,), (official,) = (
        run(make_finetune(tmp_path, **changes, accumulate=way), tmp_path / way)
        for way in ("mean", "official")
    )
    first, second = (read_tensors(f / "weights.safetensors")[0] for f in (mean, official))
    assert all(torch.equal(tensor, second[name]) for name, tensor in first.items())
