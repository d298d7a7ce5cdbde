import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orca.configuration import Choices, Hyperparameters, SearchSpace
from orca.errors import SettingsError
from orca.settings import (
    AlignSettings,
    FinetuneSettings,
    TuningSettings,
    as_json,
    checked,
    read_yaml,
)

MODELS = [Choices, FinetuneSettings, AlignSettings, TuningSettings, Hyperparameters, SearchSpace]


@pytest.mark.parametrize("model", MODELS)
def test_every_key_has_a_meaning(model):
    assert all(field.description for field in model.model_fields.values())


@pytest.mark.parametrize("model", [Choices, FinetuneSettings, AlignSettings, TuningSettings])
def test_the_defaults_are_allowed_and_survive_json(model):
    settings = model()
    assert checked(model, json.loads(as_json(settings)), where="x") == settings


@pytest.mark.parametrize(
    ("content", "place", "mend"),
    [
        ({"epoch": 3}, "f.yaml, epoch", "did you mean 'epochs'"),
        ({"align": {"epoch": 3}}, "f.yaml, align.epoch", "did you mean 'epochs'"),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest(content, place, mend):
    with pytest.raises(SettingsError) as fault:
        checked(FinetuneSettings, content, where="f.yaml")
    assert fault.value.where == place
    assert mend in fault.value.mend


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("learning_rate", 0),
        ("learning_rate", "1e-3 "),
        ("epochs", 0),
        ("dropout", 1.0),
        ("optimizer", "lion"),
        ("gradient_clipping", -1),
        ("learning_rate", float("nan")),
    ],
)
def test_a_value_out_of_range_is_named(key, value):
    if value == "1e-3 ":
        value = "one"
    with pytest.raises(SettingsError, match=f"f.yaml, {key}"):
        checked(FinetuneSettings, {key: value}, where="f.yaml")


def test_later_groups_overrule_earlier_ones_key_by_key():
    groups = Hyperparameters(
        defaults={"all": {"epochs": 1, "align": {"epochs": 2, "rounds": 3}}, "b": {"epochs": 4}},
        tasks={"t": {"batch_size": 5}, "t/b": {"batch_size": 6, "align": {"rounds": 7}}},
        official={"t/b": {"batch_size": 9, "weight_decay": 0.5}},
        methods={"m": {"dropout": 0.5}},
    )
    resolved = groups.resolve(task="t", body="b", method="m")
    assert (resolved.epochs, resolved.batch_size, resolved.dropout) == (4, 6, 0.5)
    assert (resolved.align.epochs, resolved.align.rounds) == (2, 7)
    assert resolved.weight_decay == 0
    assert groups.resolve(task="t", body="b", official="t").weight_decay == 0.5


def test_a_fault_in_a_group_names_the_group():
    groups = Hyperparameters(defaults={}, tasks={"t": {"epochs": 0}})
    with pytest.raises(SettingsError, match=r"hyperparameters.yaml, tasks.t, epochs"):
        groups.resolve(task="t", body="b")


@given(st.dictionaries(st.sampled_from(["epochs", "batch_size"]), st.integers(1, 9)))
def test_equal_settings_have_equal_text_whatever_the_order_of_keys(content):
    reverse = dict(reversed(content.items()))
    assert as_json(FinetuneSettings(**content)) == as_json(FinetuneSettings(**reverse))


def test_seeds_go_by_task_then_body_then_all():
    choices = Choices(seeds=5, seeds_by_body={"b": 3}, seeds_by_task={"t": 2})
    assert [len(choices.seeds_of(*at)) for at in (("t", "b"), ("u", "b"), ("u", "c"))] == [2, 3, 5]


@pytest.mark.parametrize("text", ["a: [", "- 1", ""])
def test_a_file_that_is_no_yaml_mapping_is_named(text, tmp_path):
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(SettingsError, match="x.yaml"):
        read_yaml(tmp_path / "x.yaml")


def test_a_search_space_with_a_value_out_of_range_is_refused():
    space = SearchSpace(default={"learning_rate": [1e-3, 7.0]})
    with pytest.raises(SettingsError, match="search_space.yaml, learning_rate"):
        space.of("minilm")
    assert SearchSpace(default={"dropout": [0.1]}, by_body={"b": {"dropout": []}}).of("b") == {}
