"""The files under config/: what is refused, what overrules what."""

import re
from pathlib import Path

import pytest

from orca.alignment.distance import DISTANCES
from orca.config_reference import parts
from orca.configuration import Configuration
from orca.data.proxy import PROXIES
from orca.data.task import TASKS
from orca.errors import SettingsError
from orca.hyperparameters import Hyperparameters, SearchSpace, check_groups, method_groups
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.reporting.declared_figure import FIGURES
from orca.reporting.declared_table import TABLES
from orca.settings import REFERENCE, check_name, checked, not_default, read_yaml
from orca.training.settings import GROUPS, AlignSettings, FinetuneSettings

every_part = pytest.mark.parametrize(
    "model", [model for _, model, _ in parts()], ids=[title for title, _, _ in parts()]
)


@every_part
def test_every_key_has_a_whole_sentence(model):
    for name, field in model.model_fields.items():
        assert re.fullmatch(r"[A-Z`].{15,}[.]", field.description or "", re.DOTALL), name


@every_part
def test_the_defaults_are_allowed(model):
    fields = model.model_fields.values()
    if not any(field.is_required() for field in fields):
        assert model.model_validate(model().model_dump()) == model()


def test_settings_that_are_default_are_left_out_and_come_back():
    settings = AlignSettings(epochs=7, milestones=(3, 5))
    assert not_default(settings) == {"epochs": 7, "milestones": [3, 5]}
    assert checked(AlignSettings, not_default(settings), where="x") == settings


@pytest.mark.parametrize(
    ("content", "place", "mend"),
    [
        ({"finetune": {"epoch": 3}}, "f.yaml, finetune, epoch", "did you mean 'epochs'"),
        ({"finetunes": {}}, "f.yaml, finetunes", "did you mean 'finetune'"),
        ({"orca_lora": {"rang": 2}}, "f.yaml, orca_lora, rang", "did you mean 'rank'"),
        ({"distances": {"otdd": {"regg": 1}}}, "f.yaml, distances.otdd, regg", "mean 'reg'"),
        ({"distances": {"otd": {}}}, "f.yaml, distances", "did you mean 'otdd'"),
        ({"pare": {"temperature": 0}}, "f.yaml, pare, temperature", "README"),
    ],
)
def test_an_unknown_group_or_key_is_answered_with_the_nearest(content, place, mend):
    with pytest.raises(SettingsError) as fault:
        check_groups(content, {**GROUPS, **method_groups()}, where="f.yaml")
    assert fault.value.where == place
    assert mend in fault.value.mend


@pytest.mark.parametrize(
    ("model", "key", "value"),
    [
        (FinetuneSettings, "epochs", 0),
        (FinetuneSettings, "gradient_clipping", -1),
        (AlignSettings, "rate_factor", float("nan")),
        (AlignSettings, "step_per", "batch"),
    ],
)
def test_a_value_out_of_range_is_named(model, key, value):
    with pytest.raises(SettingsError, match=f"f.yaml, {key}"):
        checked(model, {key: value}, where="f.yaml")


def test_later_groups_overrule_earlier_ones_key_by_key():
    entries = Hyperparameters(
        defaults={
            "all": {"finetune": {"epochs": 1}, "align": {"epochs": 2, "rounds": 3}},
            "b": {"finetune": {"epochs": 4}},
        },
        tasks={
            "t": {"finetune": {"batch_size": 5}},
            "t/b": {"finetune": {"batch_size": 6}, "align": {"rounds": 7}},
        },
        official={"t/b": {"finetune": {"batch_size": 9}, "optimizer": {"weight_decay": 0.5}}},
    )
    plain = entries.resolve(task="t", body="b")
    assert plain["finetune"] == {"epochs": 4, "batch_size": 6}
    assert plain["align"] == {"epochs": 2, "rounds": 7}
    assert "optimizer" not in plain
    official = entries.resolve(task="t", body="b", official="t/b")
    assert official["optimizer"] == {"weight_decay": 0.5}
    assert official["finetune"]["batch_size"] == 6


def test_a_fault_in_an_entry_names_the_entry():
    entries = Hyperparameters(defaults={}, tasks={"t": {"finetune": {"epochs": 0}}})
    with pytest.raises(SettingsError, match=r"hyperparameters.yaml, tasks.t, finetune, epochs"):
        entries.check()


@pytest.mark.parametrize(
    ("section", "entry", "says"),
    [
        ("official", "openml_61/minilm/orca", "its alignment would not have 'align'"),
        ("tasks", "openml_61/minilm/orca", "nothing reads an entry of one method in `tasks`"),
        ("defaults", "minilm/orca", "nothing reads an entry of one method in `defaults`"),
    ],
)
def test_an_entry_that_no_step_or_only_one_would_read_is_refused(section, entry, says):
    given = {"defaults": {}, section: {entry: {"align": {"epochs": 3}}}}
    with pytest.raises(SettingsError, match=says) as fault:
        Hyperparameters(**given).check()
    assert "put it under `methods: orca`" in fault.value.mend


def test_a_value_out_of_range_is_said_by_the_argument_and_in_a_file_with_the_page_of_all_keys():
    with pytest.raises(SettingsError) as argument:
        AlignSettings(epochs=-1)
    assert argument.value.where == "AlignSettings, epochs"
    assert argument.value.mend.startswith("give `epochs` another value (Stage two trains")
    assert "config/" not in str(argument.value)
    with pytest.raises(SettingsError, match="f.yaml, epochs") as key:
        checked(AlignSettings, {"epochs": -1}, where="f.yaml")
    assert key.value.mend == f"{argument.value.mend}; {REFERENCE}"


def test_seeds_go_by_task_then_body_then_all():
    given = Configuration(seeds=5, seeds_by_body={"b": 3}, seeds_by_task={"t": 2})
    for experiment in (given, given.experiment):
        found = [len(experiment.seeds_of(*at)) for at in (("t", "b"), ("u", "b"), ("u", "c"))]
        assert found == [2, 3, 5]


@pytest.mark.parametrize("text", ["a: [", "- 1", ""])
def test_a_file_that_is_no_yaml_mapping_is_named(text, tmp_path):
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(SettingsError, match="x.yaml"):
        read_yaml(tmp_path / "x.yaml")


def test_a_search_space_with_a_value_out_of_range_is_refused():
    space = SearchSpace(default={"optimizer.learning_rate": [1e-3, 7.0]})
    with pytest.raises(SettingsError, match="search_space.yaml, optimizer, learning_rate"):
        space.of("minilm")
    left_out = SearchSpace(default={"model.dropout": [0.1]}, by_body={"b": {"model.dropout": []}})
    assert left_out.of("b") == {}


@pytest.mark.parametrize(
    "name", ["a b", "a:b", "-x", "", "a/b", "a`id`", "ä", "a\n", "a.b", "$(id)"]
)
@pytest.mark.parametrize("key", ["tasks", "reports"])
def test_a_name_that_could_be_mistaken_in_a_path_or_a_command_is_refused(key, name):
    content = {"tasks": {}, "reports": ["demo"]}[key]
    with pytest.raises(SettingsError, match="can be no name") as fault:
        checked(Configuration, {key: {name: content}}, where="config/config.yaml")
    assert repr(name) in fault.value.what
    assert "letters, digits" in fault.value.mend


@pytest.mark.parametrize(
    "given", [{"device": "cuda; id"}, {"device": "cpu\n"}, {"gpu_model": "a100 --x"}]
)
def test_values_that_reach_a_command_have_a_pattern(given):
    with pytest.raises(SettingsError, match="pattern"):
        checked(Configuration, given, where="config/config.yaml")


def test_every_declared_name_is_one_that_a_person_could_give():
    for declared in (TASKS, BODIES, METHODS, DISTANCES, PROXIES, TABLES, FIGURES):
        for name in declared:
            check_name(name, where="declarations")


def test_rules_quote_all_that_they_hand_to_a_shell():
    text = "".join(path.read_text() for path in sorted(Path("workflow/rules").glob("*.smk")))
    commands = re.findall(r"^ {8}\"[^\"]*\"$", "".join(text.split("shell:")[1:]), flags=re.M)
    handed = re.findall(r"{[^}]*}", " ".join(commands))
    assert len(handed) > 40
    assert {value for value in handed if not value.endswith(":q}")} <= {"{PYTHON}"}


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        ({"tuning": {"trials": 0}}, "give `tuning.trials` another value (The search tries"),
        ({"seeds_by_task": {"a": 0}}, "give `seeds_by_task` another value (A task that is named"),
    ],
)
def test_the_mend_of_a_value_names_its_own_key_and_what_it_is_for(content, mend):
    with pytest.raises(SettingsError) as fault:
        checked(Configuration, content, where="config.yaml")
    assert fault.value.mend.startswith(mend)
