import subprocess
import sys

import pytest

from orca.alignment.distance import DISTANCES
from orca.data.proxy import PROXIES
from orca.data.task import TASKS
from orca.declarations import FEW, Declarations, nearest
from orca.errors import SettingsError
from orca.evaluation.metric import METRICS
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.reporting.declared_table import TABLES

KINDS = {
    "task": TASKS,
    "body": BODIES,
    "method": METHODS,
    "distance": DISTANCES,
    "table": TABLES,
    "proxy": PROXIES,
    "metric": METRICS,
}
HEAVY = (
    "torch", "transformers", "scipy", "sklearn", "pandas", "h5py", "matplotlib", "ot", "openml",
    "requests", "PIL",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_name_is_answered_with_the_nearest(kind):
    declared = KINDS[kind]
    name = next(iter(declared))
    with pytest.raises(SettingsError, match=name) as fault:
        declared.look_up(name + "x", where="config/config.yaml, tables[2]")
    assert fault.value.where == "config/config.yaml, tables[2]"
    assert f"there is no {kind} '{name}x'" in str(fault.value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_declaration_has_a_title(kind):
    assert all(value.title for value in KINDS[kind].values())


def test_listing_all_that_is_declared_loads_no_heavy_library():
    code = (
        "import sys\n"
        "from orca.workflow.runs import Runs\n"
        "from orca.workflow.jobs import Jobs\n"
        "from orca.reporting.declared_table import TABLES\n"
        "from orca.data.proxy import PROXIES\n"
        "from orca.data.task import TASKS\n"
        "from orca.declarations import Declarations\n"
        "simulations = Declarations(package='orca.data.simulate', kind='simulation')\n"
        "assert all(map(len, (TABLES, PROXIES, TASKS, simulations)))\n"
        f"print(sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_module_that_declares_nothing_is_passed_over(tmp_path, monkeypatch):
    package = tmp_path / "declared_things"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("THING = 1\n")
    (package / "family.py").write_text("THINGS = {'two': 2, 'three': 3}\n")
    (package / "helper.py").write_text("other = 5\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert dict(Declarations("declared_things", "thing")) == {"one": 1, "two": 2, "three": 3}


def test_one_name_declared_twice_is_refused(tmp_path, monkeypatch):
    package = tmp_path / "clashing_things"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("THING = 1\n")
    (package / "family.py").write_text("THINGS = {'one': 2}\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SettingsError, match="declared in clashing_things.family too"):
        len(Declarations("clashing_things", "thing"))


def test_looking_a_name_up_imports_the_file_of_that_name_alone(tmp_path, monkeypatch):
    package = tmp_path / "lazy_things"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one.py").write_text("THING = 1\n")
    (package / "family.py").write_text("THINGS = {'two': 2}\n")
    monkeypatch.syspath_prepend(tmp_path)
    declared = Declarations("lazy_things", "thing")
    assert declared["one"] == declared.look_up("one", where="here") == 1
    assert declared.module_of("one").__name__ == "lazy_things.one"
    assert "lazy_things.family" not in sys.modules
    assert declared["two"] == 2
    assert declared.module_of("two").__name__ == "lazy_things.family"
    with pytest.raises(KeyError):
        declared["family"]


def test_a_far_name_is_answered_with_all_names():
    assert nearest("zzz", ["orca", "fpt"]) == "there are: fpt, orca"


def test_of_many_names_that_are_far_some_are_listed():
    told = nearest("rare", [f"openml_{number}" for number in range(200)])
    assert told.startswith("there are 200, such as: ")
    assert told.count("openml_") == FEW


def test_the_source_that_a_body_names_is_declared():
    assert {body.proxy for body in BODIES.values()} <= set(PROXIES)
