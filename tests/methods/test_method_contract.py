"""What every declared method keeps to, on toy bodies."""

import re
from dataclasses import replace

import pytest
import torch

from orca.errors import SettingsError
from orca.methods.method import METHODS, closest_body, leaves
from orca.models.assemble import put_together
from orca.models.body import BODIES
from orca.models.predictor import Pooled
from orca.models.trainable import WAYS, choose_trainable
from orca.settings import AlignSettings, FinetuneSettings, ModelSettings

every_method = pytest.mark.parametrize("name", sorted(METHODS))
BODY_OF = {"sequence": "roberta_base", "grid": "swin_base"}


def toy(body, embedder="random", seed=0):
    settings = ModelSettings(sequence_length=16)
    generator = torch.Generator().manual_seed(seed)
    loaded = BODIES.modules[body].load(None, settings=settings, generator=generator, toy=True)
    return put_together(
        loaded, input_shape=(1, 40), output=Pooled(3), settings=settings, embedder=embedder,
        generator=generator,
    )  # fmt: skip


@every_method
def test_a_declaration_s_text_is_the_same_in_every_process(name):
    """Runs are told apart by it, so no place in memory may stand in it."""
    assert not re.search(r"0x[0-9a-f]+", repr(METHODS[name]))


@every_method
def test_a_method_s_distance_is_declared(name):
    from orca.alignment.distance import DISTANCES

    assert METHODS[name].alignment in {"", *DISTANCES}


@every_method
@pytest.mark.parametrize("body", sorted(BODY_OF.values()))
def test_a_step_of_a_method_changes_what_it_trains_and_nothing_else(name, body):
    method = METHODS[name]
    model = toy(body, method.embedder)
    choose_trainable(model, method.trains, generator=torch.Generator().manual_seed(1))
    before = {key: p.detach().clone() for key, p in model.named_parameters()}
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.5)
    for _ in range(2):  # the second reaches weights behind others that start at zero
        optimizer.zero_grad()
        model(torch.randn(8, 1, 40)).square().sum().backward()
        optimizer.step()
    for key, parameter in model.named_parameters():
        assert parameter.requires_grad or torch.equal(parameter, before[key]), key
    assert not torch.equal(model.predictor.linear.weight, before["predictor.linear.weight"])


@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("body", sorted(BODY_OF.values()))
def test_equal_generators_add_equal_weights(way, body):
    states = []
    for _ in range(2):
        torch.randn(3)
        model = toy(body)
        choose_trainable(model, way, generator=torch.Generator().manual_seed(4))
        states.append(model.state_dict())
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


@pytest.mark.parametrize("body", sorted(BODIES))
def test_low_rank_weights_change_no_output_at_first_and_are_few(body):
    model = toy(body).eval()
    inputs = torch.randn(2, 1, 40)
    before = model(inputs)
    whole = sum(p.numel() for p in model.body.parameters())
    choose_trainable(model, "lora", generator=torch.Generator())
    torch.testing.assert_close(model.eval()(inputs), before)
    added = [p for p in model.body.parameters() if p.requires_grad]
    assert added
    assert sum(p.numel() for p in model.body.parameters()) - whole == sum(p.numel() for p in added)


def test_layer_norms_of_the_body_are_trained_and_embedder_and_predictor_with_them():
    model = toy("swin_base")
    choose_trainable(model, "layer_norms", generator=torch.Generator())
    names = {key for key, p in model.named_parameters() if p.requires_grad}
    in_body = {key for key in names if key.startswith("body.")}
    assert all("norm" in key for key in in_body)
    assert any("reduction" not in key and ".norm." in key for key in in_body)
    outside = {k for k, _ in model.named_parameters() if not k.startswith("body.")}
    assert names - in_body == outside


def test_prompts_are_looked_at_and_leave_the_frozen_model_alone():
    model = toy("swin_base").eval()
    inputs = torch.randn(2, 1, 40)
    before = model(inputs)
    choose_trainable(model, "prompts", generator=torch.Generator().manual_seed(0))
    names = {key for key, p in model.named_parameters() if p.requires_grad}
    assert all("prompts" in key or key.startswith("predictor.") for key in names)
    assert not torch.allclose(model(inputs), before)


@pytest.mark.parametrize("way", ["prompts", "all_but_query_key"])
def test_a_body_that_makes_queries_keys_and_values_in_one_layer_says_so(way):
    with pytest.raises(SettingsError, match="makes them in one layer, Wqkv"):
        choose_trainable(toy("modernbert_base"), way, generator=torch.Generator())


@pytest.mark.parametrize(("body", "layers"), [("roberta_base", 2), ("swin_base", 4)])
def test_queries_and_keys_can_stay_while_all_else_is_trained(body, layers):
    model = toy(body)
    choose_trainable(model, "all_but_query_key", generator=torch.Generator())
    frozen = [key for key, p in model.named_parameters() if not p.requires_grad]
    assert len(frozen) == 2 * 2 * layers  # of queries and keys, weight and bias


def test_the_closest_body_is_that_of_the_smallest_distance():
    assert closest_body({"roberta_base": 3.0, "swin_base": 2.0}) == "swin_base"
    assert closest_body({"b": 1.0, "a": 1.0}) == "a"
    with pytest.raises(SettingsError, match="not finite"):
        closest_body({"a": float("nan"), "b": 1.0})


@every_method
def test_what_a_method_fixes_are_settings_and_nothing_else_moves(name):
    settings = FinetuneSettings(batch_size=3, align=AlignSettings(samples_per_class=7))
    fixed = METHODS[name].fixed(settings)
    assert dict(leaves(METHODS[name].fixes)).items() <= dict(leaves(fixed.model_dump())).items()
    assert (fixed.batch_size, fixed.align.samples_per_class) == (3, 7)


def test_alignments_of_other_shape_or_length_have_folders_of_their_own():
    folders = [METHODS[name].alignment_key for name in ("orca", "orca_after_5", "orca_pointwise")]
    assert len(set(folders)) == 3
    assert METHODS["orca_layernorm"].alignment_key == METHODS["orca"].alignment_key


def test_a_method_that_fixes_what_is_no_setting_is_refused():
    with pytest.raises(SettingsError, match="there is no key 'kernell'"):
        replace(METHODS["orca"], fixes={"kernell": 1}).fixed(FinetuneSettings())
