"""The official code's training loop, written out, beside ours with `accumulate: official`."""

import pytest
import torch
from torch.nn import functional

from orca.data.store import Prepared
from orca.errors import SettingsError
from orca.training.batches import Batches
from orca.training.finetune_loop import FinetuneLoop
from orca.training.seeds import run_seeds
from tests.training.toys import CPU, assert_same, history, make_finetune, run, weights

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
    return {name: weight.detach() for name, weight in model.named_parameters()}


@pytest.mark.parametrize("clipping", [None, 0.5])
def test_gradients_are_summed_cut_and_dropped_as_in_the_official_loop(clipping, tmp_path):
    step = make_finetune(tmp_path, **ACCUMULATED, gradient_clipping=clipping)
    ours, theirs = weights(*run(step, tmp_path)), official(step, clipping=clipping)
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-5)


def test_without_accumulation_the_official_way_is_the_plain_one(tmp_path):
    changes = {**PLAIN, "gradient_clipping": 0.5}
    ways = {
        way: weights(*run(make_finetune(tmp_path, **changes, accumulate=way), tmp_path / way))
        for way in ("mean", "official")
    }
    assert_same(ways["mean"], ways["official"])


def test_fewer_micro_batches_than_a_step_joins_are_refused(tmp_path):
    step = make_finetune(tmp_path, **{**ACCUMULATED, "accumulation": 1000})
    with pytest.raises(SettingsError, match="fewer than the 1000 of a step"):
        run(step, tmp_path)


def test_a_run_that_goes_on_behind_an_epoch_s_last_step_records_the_same_rates(
    tmp_path, monkeypatch
):
    changes = {**ACCUMULATED, "schedule": "warmup_linear", "warmup_epochs": 1, "epochs": 3}
    (whole,) = run(make_finetune(tmp_path / "whole", **changes), tmp_path / "whole")
    step = make_finetune(tmp_path / "halves", **changes)
    backward, stops = FinetuneLoop._backward, [True]

    def stumbling(loop, epoch, batch, *tensors):
        if stops and (epoch, batch) == (1, loop.batches.per_epoch - 1):
            stops.clear()
            raise KeyboardInterrupt
        return backward(loop, epoch, batch, *tensors)

    monkeypatch.setattr(FinetuneLoop, "_backward", stumbling)
    told = {"out": tmp_path / "halves/out", "state": tmp_path / "state", "checkpoint_seconds": 0.0}
    with pytest.raises(KeyboardInterrupt):
        run_seeds(step, [0], **told)
    run_seeds(step, [0], **told)
    halves = tmp_path / "halves/out/seed0"
    assert history(whole, "learning_rate") == history(halves, "learning_rate")
