"""The loss of each task under the published protocol against the official one, in plain PyTorch.

Source: notes on the official code (commit 19b8c1c).
"""

from dataclasses import replace

import pytest
import torch
from torch import nn

from orca.data.store import Prepared
from orca.data.target import Classes, Field, MultiLabel
from orca.data.task import TASKS
from orca.training.loss import make_loss
from orca.training.task_objective import in_units
from tests.edited import edited
from tests.training.toys import CPU, FIELDS, write_prepared

COUNTS = torch.tensor([10, 30, 5, 55])  # training samples of four classes
SAMPLES = 6


def relative_errors(predicted, target):
    difference, whole = (x.reshape(len(x), -1) for x in (predicted - target, target))
    return difference.norm(dim=1) / whole.norm(dim=1)


def mean_square(x):
    return (x**2).reshape(len(x), -1).mean(dim=1)


def nrmse(predicted, target):
    return (mean_square(predicted - target).sqrt() / mean_square(target).sqrt()).mean()


def rmse(predicted, target):
    return mean_square(predicted - target).sqrt().mean()


def focal_with_gamma_0(predicted, target):
    chance = nn.functional.softmax(predicted, dim=1)[torch.arange(len(target)), target]
    return -((1 - chance) ** 0 * (chance + 1e-9).log()).mean()


def labels_with_positives_counting(weight):
    def loss(predicted, target):
        weights = torch.full(predicted.shape[1:], weight, dtype=predicted.dtype)
        return nn.BCEWithLogitsLoss(pos_weight=weights)(predicted, target.to(predicted))

    return loss


def cosmic(predicted, target):
    rays, ignored = target[:, :1], target[:, 1:]
    return nn.BCEWithLogitsLoss()(predicted * (1 - ignored), rays * (1 - ignored))


def weighted_by_class(predicted, target):
    frequency = COUNTS / COUNTS.sum()
    return nn.CrossEntropyLoss(weight=(1 / frequency).to(predicted))(predicted, target)


OFFICIAL = {
    **dict.fromkeys(("cifar100", "spherical", "ecg", "satellite"), nn.CrossEntropyLoss()),
    **dict.fromkeys(("domainnet_sketch", "domainnet_real"), nn.CrossEntropyLoss()),
    "ninapro": focal_with_gamma_0,
    "fsd50k": labels_with_positives_counting(10.0),
    "deepsea": labels_with_positives_counting(4.0),
    "cosmic": cosmic,
    "psicov": lambda predicted, target: nn.MSELoss()(predicted, target[:, :1]),
    "darcy_flow": lambda predicted, target: relative_errors(predicted, target).sum(),
    "pde_burgers": rmse,
    "pde_navier_stokes_1d": rmse,
    **dict.fromkeys(
        (
            "pde_advection", "pde_diffusion_reaction_1d", "pde_diffusion_sorption",
            "pde_darcy_flow", "pde_shallow_water", "pde_diffusion_reaction_2d",
            "pde_navier_stokes_2d",
        ),
        nrmse,
    ),
    **dict.fromkeys(("openml_14", "openml_1510", "openml_54_lift"), weighted_by_class),
    **dict.fromkeys(("drug_ctrp", "drug_gdsc"), nn.MSELoss()),
}  # fmt: skip


def examples(target):
    """Return outputs and targets of a task's kind, few and small."""
    generator = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(SAMPLES, *shape, generator=generator, dtype=torch.float64)

    if isinstance(target, Classes):
        return draw(4), torch.randint(4, (SAMPLES,), generator=generator)
    if isinstance(target, MultiLabel):
        return draw(target.count), (draw(target.count) > 0).to(torch.uint8)
    if not isinstance(target, Field):
        return draw(), draw()
    grid = (7,) * len(target.grid)
    values = draw(target.channels, *grid)
    if target.binary:
        values = (values > 0).double()
    if target.masked:  # PSICOV's official target leaves no point out
        ignored = (draw(1, *grid) > 0.5).double() if target.binary else torch.zeros_like(values)
        values = torch.cat([values, ignored], dim=1)
    return draw(target.channels, *grid), values


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_loss_of_a_task_as_published_is_the_official_one(name):
    task = TASKS[TASKS.as_published(name)]
    predicted, target = examples(task.target)
    ours = make_loss(task.loss, class_counts=COUNTS)(predicted, target)
    torch.testing.assert_close(ours, OFFICIAL[name](predicted, target))


def test_predictions_and_targets_of_darcy_flow_are_decoded_before_the_loss(tmp_path):
    task = replace(TASKS["darcy_flow_official"], target=FIELDS.target, input_shape=(2, 12))
    assert task.loss_in_units
    path = write_prepared(tmp_path / "fit.h5", replace(task, samples=FIELDS.samples), part="fit")
    mean, std = torch.arange(12.0)[None], 2 + torch.rand(1, 12)
    with edited(path) as file:
        file["normalisation/targets/mean"][:] = mean
        file["normalisation/targets/std"][:] = std
    predicted, target = torch.randn(2, 5, 1, 12)
    with Prepared(path, replace(task, samples=FIELDS.samples)) as prepared:
        ours = in_units(make_loss(task.loss), prepared, CPU)(predicted, target)
    expected = relative_errors(predicted * std + mean, target * std + mean).sum()
    torch.testing.assert_close(ours, expected)
