"""What every loss keeps to, and the formulas of those that test_official_losses.py does not have."""

import pytest
import torch
from torch.nn import functional

from orca.errors import SettingsError
from orca.training.loss import LOSSES, make_loss


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture
def classes(generator):
    predicted = torch.randn(9, 4, generator=generator, dtype=torch.float64)
    return predicted, torch.randint(4, (9,), generator=generator)


@pytest.fixture
def fields(generator):
    return torch.randn(2, 5, 2, 7, generator=generator, dtype=torch.float64).unbind()


@pytest.fixture
def masked(generator):
    predicted = torch.randn(3, 1, 4, 6, generator=generator, dtype=torch.float64)
    values = (torch.rand(predicted.shape, generator=generator) < 0.5).double()
    ignored = (torch.rand(predicted.shape, generator=generator) < 0.3).double()
    return predicted, values, ignored


OF_CLASSES = ("cross_entropy", "focal", "weighted_cross_entropy")


@pytest.fixture
def example(request, classes, fields, masked):
    """An output and a target that the loss named by the test takes."""
    name = request.getfixturevalue("name")
    if name in OF_CLASSES:
        return classes
    if name.startswith(("masked", "zeroed")):
        predicted, values, ignored = masked
        return predicted, torch.cat([values, ignored], dim=1)
    return fields


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_one_number_with_a_finite_gradient(name, example):
    predicted, target = example
    loss = make_loss(name, class_counts=torch.tensor([1, 2, 3, 4]))
    predicted = predicted.clone().requires_grad_()
    value = loss(predicted, target)
    value.backward()
    assert value.shape == ()
    assert value.isfinite()
    assert predicted.grad.isfinite().all()
    assert predicted.grad.any()


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_has_a_file_of_its_own_name(name):
    assert LOSSES.path(name) == f"training/losses/{name}.py"


@pytest.mark.parametrize("stored", [torch.uint8, torch.float32])
def test_plain_binary_cross_entropy_counts_ones_and_zeros_alike(stored, fields):
    predicted, other = fields
    target = (other > 0).to(stored)
    chance = torch.sigmoid(predicted)
    expected = -(target * chance.log() + (1 - target) * (1 - chance).log()).mean()
    torch.testing.assert_close(make_loss("bce_with_logits")(predicted, target), expected)


@pytest.mark.parametrize("name", ["rmse", "relative_l2", "nrmse", "relative_l2_sum", "mse"])
def test_an_exact_field_gives_zero_and_a_finite_gradient(name, fields):
    _, target = fields
    predicted = target.clone().requires_grad_()
    loss = make_loss(name)(predicted, target)
    loss.backward()
    assert loss.item() == 0.0
    assert predicted.grad.isfinite().all()


@pytest.mark.parametrize("name", ["relative_l2", "nrmse", "relative_l2_sum"])
@pytest.mark.parametrize("size", [0.0, 1e-30])
def test_a_relative_loss_is_no_number_where_a_target_has_no_size_and_says_which(name, size, fields):
    predicted, target = fields
    target = target.clone()
    target[3] = size
    loss = make_loss(name)
    assert loss(predicted, target).isnan()
    ((place, fault),) = loss.faults(target).items()
    assert place == 3
    assert "zero everywhere" in fault


@pytest.mark.parametrize("name", ["relative_l2", "rmse"])
def test_half_precision_outputs_are_compared_in_single_precision(name, fields):
    predicted, target = (field.float() for field in fields)
    rough = make_loss(name)(predicted.bfloat16(), target)
    assert rough.dtype == torch.float32
    torch.testing.assert_close(rough, make_loss(name)(predicted.bfloat16().float(), target))


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("masked_bce_with_logits", functional.binary_cross_entropy_with_logits),
        ("masked_mse", functional.mse_loss),
    ],
)
def test_masked_losses_are_means_over_the_points_that_count(name, plain, masked):
    predicted, values, ignored = masked
    counts = ignored < 0.5
    loss = make_loss(name)(predicted, torch.cat([values, ignored], dim=1))
    torch.testing.assert_close(loss, plain(predicted[counts], values[counts]))


@pytest.mark.parametrize("name", ["masked_mse", "masked_bce_with_logits"])
def test_a_batch_in_which_no_point_counts_gives_zero(name):
    predicted = torch.randn(2, 1, 3, 3, requires_grad=True)
    loss = make_loss(name)(predicted, torch.ones(2, 2, 3, 3))
    loss.backward()
    assert loss.item() == 0.0
    assert not predicted.grad.any()


def test_a_loss_that_weighs_by_class_needs_every_class_in_training():
    needing = {name for name, declared in LOSSES.items() if declared.needs_class_counts}
    assert needing == {"weighted_cross_entropy"}
    with pytest.raises(SettingsError, match="this task has no classes"):
        make_loss("weighted_cross_entropy")
    with pytest.raises(SettingsError, match="class 1 has no training sample"):
        make_loss("weighted_cross_entropy", class_counts=torch.tensor([3, 0, 2]))
