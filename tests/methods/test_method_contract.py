"""What every declared method keeps to, on toy bodies."""

import pytest
import torch

from orca.alignment.distance import DISTANCES
from orca.declarations import named
from orca.errors import SettingsError
from orca.methods.method import FIXES, METHODS
from orca.models.body import BODIES
from orca.models.settings import ModelSettings
from orca.settings import checked
from orca.training.batches import seeded
from orca.training.settings import GROUPS
from tests.training.toys import ToySetup

every_method = pytest.mark.parametrize("name", sorted(METHODS))
on_both_kinds = pytest.mark.parametrize("body", ["roberta_base", "swin_base"])


def toy(body, method, seed=0, **own):
    setup = ToySetup.of(body, (1, 40), sequence_length=16)
    return setup.build_for(method, METHODS[method].own_settings(own), seed=seed)


def trained(model):
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


@every_method
def test_what_a_method_names_is_there(name):
    method = METHODS[name]
    assert method.alignment in {"", *DISTANCES}
    assert not method.objective or callable(named(method.objective))
    varied = METHODS[method.variant_of] if method.variant_of else None
    assert not varied or not varied.variant_of or method.as_published


@every_method
def test_what_a_method_fixes_are_settings_with_values_that_are_allowed(name):
    for group, content in METHODS[name].fixes.items():
        if group == "distances":
            for distance, values in content.items():
                DISTANCES[distance].read_settings(values, where=name)
        else:
            checked(GROUPS[group], content, where=name)


def test_each_method_has_one_twin_that_stands_for_it_under_the_published_protocol():
    own = sorted(name for name, method in METHODS.items() if not method.as_published)
    twins = {name: method for name, method in METHODS.items() if method.as_published}
    assert sorted(twin.variant_of for twin in twins.values()) == own
    for name, twin in twins.items():
        varied = METHODS[twin.variant_of]
        assert METHODS.as_published(twin.variant_of) == name
        assert METHODS.path(name) == METHODS.path(twin.variant_of)
        assert twin.alignment == DISTANCES.as_published(varied.alignment)
        assert all(twin.fixes[group].items() >= fixed.items() for group, fixed in FIXES.items())
        assert all(twin.fixes[group].items() >= own.items() for group, own in varied.fixes.items())


def test_one_distance_at_most_stands_for_another_under_the_published_protocol():
    stand_in = [distance.variant_of for distance in DISTANCES.values() if distance.as_published]
    assert len(stand_in) == len(set(stand_in)) > 1
    assert set(stand_in) <= set(DISTANCES)


def test_methods_with_one_group_of_settings_share_its_class_and_no_stage_has_that_group():
    own = {(method.settings_group, method.settings) for method in METHODS.values()}
    groups = [group for group, _ in own]
    assert len(groups) == len(set(groups))
    assert not set(groups) & set(GROUPS)


@every_method
@on_both_kinds
def test_a_step_of_a_method_changes_what_it_trains_and_nothing_else(name, body):
    model = toy(body, name)
    before = {key: weight.detach().clone() for key, weight in model.named_parameters()}
    optimizer = torch.optim.SGD(trained(model).values(), lr=0.5)
    for _ in range(2):  # the second reaches weights behind others that start at zero
        optimizer.zero_grad()
        model(torch.randn(8, 1, 40)).square().sum().backward()
        optimizer.step()
    for key, weight in model.named_parameters():
        assert weight.requires_grad or torch.equal(weight, before[key]), key
    assert not torch.equal(model.predictor.linear.weight, before["predictor.linear.weight"])


@pytest.mark.parametrize("name", sorted(name for name in METHODS if METHODS[name].trains))
@on_both_kinds
def test_equal_seeds_add_equal_weights(name, body):
    states = []
    for _ in range(2):
        torch.randn(3)
        states.append(toy(body, name, seed=4).state_dict())
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


def test_orca_starts_from_all_of_a_body_s_embedding_and_its_variant_from_the_norm_alone():
    own = {"own": None, "seed": 0}
    setup = ToySetup.of("swin_base", (3, 9, 9))
    orca, variant, plain, warm = (
        setup.build_for(name, **own).embedder.state_dict()
        for name in ("orca", "orca_random_filters", "finetune", "warm_init_pretrained")
    )
    body = BODIES["swin_base"].load(None, settings=ModelSettings(), generator=seeded(99), toy=True)
    assert torch.equal(orca["convolution.weight"], body.patch.weight)
    assert all(torch.equal(orca[key], warm[key]) for key in orca)
    assert torch.equal(variant["norm.weight"], body.norm_weight)
    assert torch.equal(variant["convolution.weight"], plain["convolution.weight"])


@pytest.mark.parametrize("body", sorted(BODIES))
def test_low_rank_weights_change_no_output_at_first_and_are_few(body):
    plain, model = (toy(body, name).eval() for name in ("orca", "orca_lora"))
    inputs = torch.randn(2, 1, 40)
    torch.testing.assert_close(model(inputs), plain(inputs))
    whole = sum(weight.numel() for weight in plain.parameters())
    added = [w for key, w in trained(model).items() if key.startswith("body.")]
    assert added
    assert sum(w.numel() for w in model.parameters()) - whole == sum(w.numel() for w in added)


@pytest.mark.parametrize(
    ("name", "key", "part"), [("orca_lora", "rank", "lora"), ("vpt", "prompts", "prompts")]
)
def test_twice_the_rank_or_prompts_are_twice_the_weights(name, key, part):
    few, many = (
        sum(
            w.numel()
            for k, w in trained(toy("swin_base", name, **{key: count})).items()
            if part in k
        )
        for count in (2, 4)
    )
    assert many == 2 * few > 0


def test_low_rank_weights_are_scaled_by_alpha_over_rank():
    inputs, outputs = torch.randn(2, 1, 40).double(), []
    for alpha in (0, 4, 8):
        model = toy("swin_base", "orca_lora", rank=4, alpha=alpha or 1).double().eval()
        for key, weight in trained(model).items():
            if "lora_B" in key:
                torch.nn.init.constant_(weight, 1e-4 if alpha else 0.0)
        outputs.append(model(inputs).detach())
    once, twice = (output - outputs[0] for output in outputs[1:])
    assert float((twice - 2 * once).norm()) < 0.01 * float(once.norm())


def test_layer_norms_of_the_body_are_trained_and_embedder_and_predictor_with_them():
    model = toy("swin_base", "fpt")
    names = set(trained(model))
    in_body = {key for key in names if key.startswith("body.")}
    assert all("norm" in key for key in in_body)
    assert any("reduction" not in key and ".norm." in key for key in in_body)
    outside = {key for key, _ in model.named_parameters() if not key.startswith("body.")}
    assert names - in_body == outside


@pytest.mark.parametrize("name", ["fpt", "orca_layernorm"])
def test_as_released_swin_s_norms_between_its_stages_stay_as_they_are(name):
    whole, released = (
        set(trained(toy("swin_base", each))) for each in (name, METHODS.as_published(name))
    )
    assert {name.rpartition(".")[0] for name in whole - released} == {
        "body.encoder.layers.0.downsample.norm"
    }
    assert released < whole


def test_prompts_are_looked_at_and_leave_the_frozen_model_alone():
    plain, model = (toy("swin_base", name).eval() for name in ("warm_init_pretrained", "vpt"))
    assert all("prompts" in key or key.startswith("predictor.") for key in trained(model))
    inputs = torch.randn(2, 1, 40)
    assert not torch.allclose(model(inputs), plain(inputs))


@pytest.mark.parametrize(("name", "own"), [("vpt", {}), ("pare", {"frozen_query_key": True})])
def test_a_body_that_makes_queries_keys_and_values_in_one_layer_says_so(name, own):
    with pytest.raises(SettingsError, match="computes all three in one layer, Wqkv"):
        toy("modernbert_base", name, **own)


@pytest.mark.parametrize(("body", "layers"), [("roberta_base", 2), ("swin_base", 4)])
def test_queries_and_keys_can_stay_while_all_else_is_trained(body, layers):
    model = toy(body, "pare", frozen_query_key=True)
    frozen = [key for key, weight in model.named_parameters() if not weight.requires_grad]
    assert len(frozen) == 2 * 2 * layers  # of queries and keys, weight and bias
