"""What every declared body keeps to, on its toy version."""

import re

import pytest
import torch

from orca.errors import SettingsError
from orca.models.body import BODIES
from orca.models.predictor import Dense, Pooled, Single
from tests.models.library_models import loaded, toy_model

SEQUENCE, GRID = (3, 40), (2, 20, 24)
CASES = [
    (SEQUENCE, Pooled(5), (5,)),
    (SEQUENCE, Single(), ()),
    (SEQUENCE, Dense(2, (40,)), (2, 40)),
    (SEQUENCE, Dense(1, (25,)), (1, 25)),
    (GRID, Pooled(5), (5,)),
    (GRID, Dense(3, (20, 24)), (3, 20, 24)),
    (GRID, Dense(1, (7, 50)), (1, 7, 50)),
]
every_body = pytest.mark.parametrize("name", sorted(BODIES))


@every_body
def test_a_body_declares_a_full_commit_and_sha256_digests(name):
    weights = BODIES[name].weights
    if not weights.made_by:
        assert re.fullmatch(r"[0-9a-f]{40}", weights.revision)
        assert "/" in weights.hub_name
    assert "model.safetensors" in weights.files
    assert all(d is None or re.fullmatch(r"[0-9a-f]{64}", d) for d in weights.files.values())
    assert not any(file.endswith((".bin", ".pt", ".pkl")) for file in weights.files)


@every_body
def test_a_toy_body_is_small_and_of_the_declared_kind(name):
    body = loaded(name)
    assert body.kind == BODIES[name].kind
    assert sum(p.numel() for p in body.encoder.parameters()) < 50_000
    assert body.width == len(body.norm_weight) == len(body.norm_bias)


@every_body
@pytest.mark.parametrize("kernel_rule", ["closest_padded", "smallest_divisor"])
@pytest.mark.parametrize("dense_head", ["pixel_shuffle", "pooling"])
@pytest.mark.parametrize(("input_shape", "output", "shape"), CASES)
def test_every_body_serves_sequences_and_grids_and_every_output(
    name, input_shape, output, shape, kernel_rule, dense_head
):
    model = toy_model(
        name, input_shape, output, kernel_rule=kernel_rule, dense_head=dense_head,
        sequence_length=16, folded_tokens=16,
    )  # fmt: skip
    inputs = torch.randn(2, *input_shape, generator=torch.Generator().manual_seed(1))
    result = model(inputs)
    assert result.shape == (2, *shape)
    assert result.isfinite().all()
    assert model.embed(inputs).shape[2] == model.embedder.norm.normalized_shape[0]


@every_body
@pytest.mark.parametrize("input_shape", [SEQUENCE, GRID])
def test_every_weight_gets_a_gradient(name, input_shape):
    model = toy_model(name, input_shape, Dense(1, input_shape[1:]), sequence_length=16).train()
    model(torch.randn(4, *input_shape)).square().sum().backward()
    without = [
        key
        for key, p in model.named_parameters()
        if p.grad is None and not key.endswith("embedder.positions")
    ]
    assert without == []


@every_body
def test_equal_seeds_give_equal_weights_and_global_randomness_is_left_alone(name):
    torch.manual_seed(11)
    before = torch.get_rng_state()
    first = toy_model(name, SEQUENCE, Pooled(3), seed=4).state_dict()
    torch.randn(5)
    second = toy_model(name, SEQUENCE, Pooled(3), seed=4).state_dict()
    other = toy_model(name, SEQUENCE, Pooled(3), seed=5).state_dict()
    torch.manual_seed(11)
    toy_model(name, SEQUENCE, Pooled(3))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert not torch.equal(first["predictor.linear.weight"], other["predictor.linear.weight"])


@every_body
def test_samples_of_a_batch_do_not_see_each_other(name):
    model = toy_model(name, GRID, Pooled(3), sequence_length=16).double().eval()
    inputs = torch.randn(3, *GRID, dtype=torch.float64)
    alone = torch.cat([model(sample[None]) for sample in inputs])
    torch.testing.assert_close(model(inputs), alone)


@every_body
def test_gradient_checkpointing_changes_no_gradient(name):
    gradients = []
    for again in (False, True):
        model = toy_model(
            name, SEQUENCE, Pooled(3), gradient_checkpointing=again, sequence_length=16, dropout=0.2
        )
        model = model.double().train()
        torch.manual_seed(3)  # of dropout
        model(torch.linspace(-1, 1, 240, dtype=torch.float64).view(2, *SEQUENCE)).sum().backward()
        gradients.append({key: p.grad for key, p in model.named_parameters()})
    for key, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][key])


@every_body
@pytest.mark.parametrize("dense_head", ["pixel_shuffle", "pooling"])
@pytest.mark.parametrize(("shape", "output"), [(SEQUENCE, Pooled(3)), (GRID, Dense(1, (20, 24)))])
def test_mixed_precision_gives_nearly_the_same_output(name, shape, output, dense_head):
    model = toy_model(name, shape, output, sequence_length=16, dense_head=dense_head).eval()
    inputs = torch.randn(2, *shape)
    with torch.autocast("cpu", torch.bfloat16):
        rough = model(inputs)
    torch.testing.assert_close(rough.float(), model(inputs), atol=0.1, rtol=0.1)


@every_body
def test_the_first_blocks_of_a_sequence_body_can_be_kept_alone(name):
    if BODIES[name].kind == "grid":
        with pytest.raises(SettingsError, match="keeps all of its blocks"):
            loaded(name, layers=1)
        return
    body = loaded(name)
    whole, first = body.encoder, loaded(name, layers=1).encoder
    (blocks,) = [part for part in whole.modules() if isinstance(part, torch.nn.ModuleList)]
    del blocks[1:]
    tokens = torch.randn(2, 5, body.width)
    torch.testing.assert_close(first.eval()(tokens), whole.eval()(tokens), atol=0, rtol=0)
    with pytest.raises(SettingsError, match="99 blocks are to be kept"):
        loaded(name, layers=99)
