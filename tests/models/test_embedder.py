"""The embedder against the reference's formulas, in float64, and how each start fills it."""

import math

import pytest
import torch

from orca.models.embedder import EPS, build_embedder
from orca.models.settings import ModelSettings
from tests.models.library_models import loaded, randomised


def build(body, shape, start="random", seed=0, **settings):
    return build_embedder(
        shape, body=body, settings=ModelSettings(**settings), start=start,
        generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip


def layer_norm(tokens, norm):
    mean = tokens.mean(dim=-1, keepdim=True)
    variance = ((tokens - mean) ** 2).mean(dim=-1, keepdim=True)
    return (tokens - mean) / torch.sqrt(variance + EPS) * norm.weight + norm.bias


@pytest.mark.parametrize("rule", ["smallest_divisor", "closest_padded"])
def test_a_sequence_is_cut_normed_and_placed(rule):
    embedder = randomised(
        build(loaded("roberta_base"), (3, 50), sequence_length=16, kernel_rule=rule)
    ).double()
    inputs = torch.randn(2, 3, 50, dtype=torch.float64)
    k = embedder.patches.kernel
    padded = torch.cat([inputs, torch.zeros(2, 3, -50 % k).double()], dim=2)
    weight, bias = embedder.convolution.weight, embedder.convolution.bias
    tokens = []
    for s in range(padded.shape[2] // k):
        patch = padded[:, :, s * k : (s + 1) * k]  # (B, C, k)
        token = torch.einsum("bck,dck->bd", patch, weight) + bias
        tokens.append(layer_norm(token, embedder.norm) + embedder.positions[s])
    torch.testing.assert_close(embedder(inputs), torch.stack(tokens, dim=1))


def test_the_random_start_is_xavier_for_sequences_and_narrow_normal_for_grids():
    sequence = build(loaded("minilm"), (2, 800), kernel=40)
    bound = math.sqrt(2) * math.sqrt(6 / (2 * 40 + 16 * 40))
    weight = sequence.convolution.weight
    assert 0.95 * bound < weight.abs().max() <= bound
    grid = build(loaded("swin_base"), (64, 9, 9))
    assert grid.convolution.weight.std().item() == pytest.approx(0.02, rel=0.1)
    for embedder in (sequence, grid):
        assert not embedder.convolution.bias.any()
        assert not embedder.norm.bias.any()
        assert (embedder.norm.weight == 1).all()


@pytest.mark.parametrize("name", ["roberta_base", "swin_base"])
def test_each_start_copies_what_its_name_says(name):
    body = loaded(name)
    with torch.no_grad():
        body.norm_weight.normal_()
        body.norm_bias.normal_()
    shape = (4, 40) if body.kind == "sequence" else (4, 9, 9)
    starts = {s: build(body, shape, s) for s in ("random", "layer_norm", "pretrained")}
    for start, embedder in starts.items():
        copied_norm = start != "random"
        assert torch.equal(embedder.norm.weight, body.norm_weight) is copied_norm
        assert torch.equal(embedder.norm.bias, body.norm_bias) is copied_norm
        if body.kind == "sequence":
            assert torch.equal(embedder.positions, body.positions)
    random, normed, pretrained = (starts[s].convolution.weight for s in starts)
    assert torch.equal(random, normed)
    assert torch.equal(random, pretrained) is (body.kind == "sequence")
    if body.patch is not None:
        assert torch.equal(pretrained, body.patch.weight[:, [0, 1, 2, 0]])
        assert torch.equal(starts["pretrained"].convolution.bias, body.patch.bias)


def test_positions_may_start_at_random():
    body = loaded("roberta_base")
    embedder = build(body, (1, 40), positions="random")
    assert not torch.equal(embedder.positions, body.positions)


def test_the_embedder_s_weights_are_its_own_and_not_the_body_s():
    body = loaded("roberta_base")
    embedder = build(body, (1, 40), "pretrained")
    before = body.positions.clone()
    with torch.no_grad():
        embedder.positions.add_(1)
        embedder.norm.weight.add_(1)
    assert torch.equal(body.positions, before)
    assert (body.norm_weight == 1).all()


def of_positions(embedder, inputs):
    """Return what of the tokens is their position."""
    with torch.no_grad():
        tokens = embedder(inputs)
        embedder.positions.zero_()
        return tokens - embedder(inputs)


def test_on_a_finer_sampling_every_other_point_keeps_its_position():
    body = loaded("roberta_base")
    coarse, fine = torch.randn(2, 1, 12), torch.randn(2, 1, 24)
    declared = of_positions(build(body, (1, 12), kernel=1), coarse)
    found = of_positions(build(body, (1, 12), kernel=1, more_points="finer"), fine)
    torch.testing.assert_close(found[:, ::2], declared)
    torch.testing.assert_close(found[:, 1:-1:2], (declared[:, 1:] + declared[:, :-1]) / 2)
    torch.testing.assert_close(found[:, -1], declared[:, -1])  # nothing untrained comes in


def test_a_longer_input_goes_on_with_the_body_s_positions():
    body = loaded("roberta_base")
    found = of_positions(
        build(body, (1, 12), kernel=1, more_points="longer"), torch.randn(2, 1, 24)
    )
    torch.testing.assert_close(found[0], body.positions[:24])
