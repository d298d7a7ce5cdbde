import sys
from pathlib import Path

import pytest

from orca.alignment.distance import DISTANCES
from orca.data.proxy import PROXIES, read_proxy
from orca.data.status import add_source
from orca.data.task import TASKS
from orca.declarations import FEW, Declarations, nearest
from orca.errors import SettingsError
from orca.evaluation.metric import METRICS
from orca.experiment import Experiment
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.models.weights import fetch_weights
from orca.reporting.declared_figure import plot
from orca.reporting.declared_table import TABLES
from orca.reporting.tabulate import tabulate
from orca.training.loss import make_loss

KINDS = {
    "task": TASKS,
    "body": BODIES,
    "method": METHODS,
    "distance": DISTANCES,
    "table": TABLES,
    "proxy": PROXIES,
    "metric": METRICS,
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_name_is_answered_with_the_nearest(kind):
    declared = KINDS[kind]
    name = next(iter(declared))
    with pytest.raises(SettingsError, match=name) as fault:
        declared.look_up(name + "x", where="config/config.yaml, tables[2]")
    assert fault.value.where == "config/config.yaml, tables[2]"
    assert f"there is no {kind} '{name}x'" in str(fault.value)


ASKED = {
    "did you mean 'synthetic_ner'": lambda: read_proxy("synthetic_mer", Path()),
    "'roberta_base'": lambda: fetch_weights("roberta_bas", Path(), folder=None),
    "did you mean 'figure_3'": lambda: plot("figur_3", [], Path(), experiment=Experiment()),
    "did you mean 'demo'": lambda: tabulate(
        "dmo", scores=Path(), out=Path(), published=Path(), experiment=Experiment()
    ),
    "relative_l2": lambda: make_loss("relativ_l2"),
    "did you mean 'psicov'": lambda: add_source("psicow", Path(), Path("raw")),
}


@pytest.mark.parametrize(("nearest", "ask"), ASKED.items())
def test_whoever_takes_a_name_answers_an_unknown_one_with_the_nearest(nearest, ask):
    with pytest.raises(SettingsError, match=nearest):
        ask()


@pytest.mark.parametrize("kind", KINDS)
def test_every_declaration_has_a_title(kind):
    assert all(value.title for value in KINDS[kind].values())


@pytest.fixture
def declared(tmp_path, monkeypatch):
    """Write a package of things, `one` in its own file and some in a family; return what it declares."""

    def write(name: str, family: str) -> Declarations:
        package = tmp_path / name
        package.mkdir()
        files = {"__init__": "", "one": "THING = 1", "family": f"THINGS = {family}"}
        for file, source in {**files, "helper": "other = 5"}.items():
            (package / f"{file}.py").write_text(f"{source}\n")
        monkeypatch.syspath_prepend(tmp_path)
        return Declarations(name, "thing")

    return write


def test_a_module_that_declares_nothing_is_passed_over(declared):
    things = declared("declared_things", "{'two': 2, 'three': 3}")
    assert dict(things) == {"one": 1, "two": 2, "three": 3}


def test_one_name_declared_twice_is_refused(declared):
    with pytest.raises(SettingsError, match="declared in clashing_things.family too"):
        len(declared("clashing_things", "{'one': 2}"))


def test_looking_a_name_up_imports_the_file_of_that_name_alone(declared):
    things = declared("lazy_things", "{'two': 2}")
    assert things["one"] == things.look_up("one", where="here") == 1
    assert things.module_of("one").__name__ == "lazy_things.one"
    assert "lazy_things.family" not in sys.modules
    assert things["two"] == 2
    assert things.module_of("two").__name__ == "lazy_things.family"
    with pytest.raises(KeyError):
        things["family"]


def test_a_far_name_is_answered_with_all_names():
    assert nearest("zzz", ["orca", "fpt"]) == "there are: fpt, orca"


def test_of_many_names_that_are_far_some_are_listed():
    told = nearest("rare", [f"openml_{number}" for number in range(200)])
    assert told.startswith("there are 200, such as: ")
    assert told.count("openml_") == FEW


def test_the_source_that_a_body_names_is_declared():
    assert {body.proxy for body in BODIES.values()} <= set(PROXIES)
