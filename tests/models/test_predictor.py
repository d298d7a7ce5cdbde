"""The heads against the reference's formulas, in float64."""

import pytest
import torch

from orca.errors import SettingsError
from orca.models.embedder import between
from orca.models.predictor import Dense, build_predictor
from tests.models.library_models import loaded, randomised, toy_model


def averaged(values, count):
    """Adaptive average pooling of a vector to `count` numbers, by its definition."""
    n = len(values)
    return torch.stack(
        [values[i * n // count : -(-(i + 1) * n // count)].mean() for i in range(count)]
    )


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sequence_s_field_has_a_token_s_points_from_a_linear_layer(channels):
    model = randomised(
        toy_model("roberta_base", (2, 45), Dense(channels, (45,)), sequence_length=8)
    ).double()
    inputs = torch.randn(2, 2, 45, dtype=torch.float64)
    hidden = model.encode(model.embed(inputs))
    k = model.embedder.patches.kernel
    assert 45 % k
    weight = model.predictor.spread.weight.view(channels, k, -1)
    bias = model.predictor.spread.bias.view(channels, k)
    expected = torch.empty(2, channels, 45, dtype=torch.float64)
    for point in range(45):
        s, i = divmod(point, k)
        expected[:, :, point] = hidden[:, s] @ weight[:, i].T + bias[:, i]
    torch.testing.assert_close(model(inputs), expected)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_grid_s_field_is_a_pixel_shuffle_of_the_body_s_last_tokens(channels):
    side, factor = 32, 4  # the toy's images; its patch of 2 times its reduction of 2
    model = randomised(
        toy_model("swin_base", (2, side, side), Dense(channels, (side, side)))
    ).double()
    inputs = torch.randn(2, 2, side, side, dtype=torch.float64)
    hidden = model.encode(model.embed(inputs))
    weight = model.predictor.spread.weight.view(channels, factor, factor, -1)
    bias = model.predictor.spread.bias.view(channels, factor, factor)
    expected = torch.empty(2, channels, side, side, dtype=torch.float64)
    for row in range(side):
        for column in range(side):
            token = (row // factor) * (side // factor) + column // factor
            i, j = row % factor, column % factor
            expected[:, :, row, column] = hidden[:, token] @ weight[:, i, j].T + bias[:, i, j]
    torch.testing.assert_close(model(inputs), expected)


def test_flattened_grids_and_folded_sequences_have_their_points_in_place():
    """A head that gives each token its own number must give it back where the token came from."""
    grid = toy_model("roberta_base", (1, 12, 8), Dense(1, (12, 8)), kernel=2)
    numbers = torch.arange(24.0)
    values = numbers.view(1, 1, 24).expand(1, 4, 24)
    field = grid.predictor._on_grid(values, (12, 8))
    expected = numbers.view(6, 4).repeat_interleave(2, 0).repeat_interleave(2, 1)
    assert torch.equal(field[0, 0], expected)
    sequence = toy_model("swin_base", (1, 50), Dense(1, (50,)), kernel=2)
    assert sequence.embedder.patches.tokens == (5, 5)
    merged = torch.arange(9.0).view(1, 1, 9).expand(1, 2 * 4, 9)  # 3 x 3 after merging
    field = sequence.predictor._on_sequence(merged, (50,))[0, 0]
    for point in range(50):
        row, column = divmod(point // 2, 5)
        assert field[point] == (row // 2) * 3 + column // 2


@pytest.mark.parametrize("channels", [1, 3])
def test_the_official_head_of_sequences_averages_hidden_units(channels):
    model = randomised(
        toy_model(
            "roberta_base", (1, 48), Dense(channels, (48,)),
            dense_head="pooling", kernel_rule="smallest_divisor", sequence_length=16,
        )
    ).double()  # fmt: skip
    inputs = torch.randn(1, 1, 48, dtype=torch.float64)
    hidden = model.encode(model.embed(inputs))[0]
    k = model.embedder.patches.kernel
    values = torch.stack([averaged(token, channels * k) for token in hidden])  # (S, C k)
    expected = values.view(-1, channels, k).transpose(0, 1).reshape(channels, 48)
    torch.testing.assert_close(model(inputs)[0], expected)
    assert list(model.predictor.parameters()) == []


def test_positions_between_two_rows_are_exact_in_half_precision():
    # 2001 places: beyond 256, bfloat16 itself cannot count by ones.
    table = torch.arange(1001.0)[:, None].remainder(2).to(torch.bfloat16)
    found = between(table, 2001, step=0.5)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found[::2], table)
    torch.testing.assert_close(found[1::2], torch.full((1000, 1), 0.5, dtype=torch.bfloat16))


def test_a_longer_sequence_at_test_gives_a_longer_field():
    model = randomised(toy_model("roberta_base", (1, 30), Dense(1, (30,)), kernel=1)).double()
    assert model(torch.randn(2, 1, 60, dtype=torch.float64)).shape == (2, 1, 60)
    with pytest.raises(SettingsError, match="97 tokens, and the body knows 96"):
        model(torch.randn(2, 1, 97, dtype=torch.float64))


def test_a_field_needs_as_many_axes_as_the_input():
    from orca.models.patching import plan_patches
    from orca.models.settings import ModelSettings

    body, settings = loaded("minilm"), ModelSettings()
    patches = plan_patches((1, 30), body=body, settings=settings)
    with pytest.raises(SettingsError, match="as many axes"):
        build_predictor(
            Dense(1, (5, 6)), patches=patches, body=body, settings=settings,
            generator=torch.Generator(),
        )  # fmt: skip
