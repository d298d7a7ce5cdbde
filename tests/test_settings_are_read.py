"""Every setting has code that reads it, which is also how a run's key knows that it counts.

mypy names the readers: it checks a copy of the package in which each key has another name, and finds
that the class lacks the key wherever it is read. So a key of the same name elsewhere does not count.
"""

import ast
import re
import shutil

import pytest
from mypy import api

from orca.alignment.distance import DISTANCES
from orca.code_digest import PACKAGE, _closure
from orca.configuration import Configuration
from orca.data.entry import TaskEntry
from orca.experiment import Experiment
from orca.hyperparameters import Hyperparameters, SearchSpace
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.models.pretraining.settings import PretrainSettings
from orca.training.job_settings import JobSettings
from orca.training.key import EXACT
from orca.training.settings import GROUPS
from orca.tuning.settings import TuningSettings

STEPS = {  # the modules that read each group of settings
    "model": ("training/align.py", "training/finetune.py", *map(BODIES.path, BODIES)),
    "optimizer": ("training/finetune.py",),
    "align": ("training/align.py", DISTANCES.path(EXACT)),
    "finetune": ("training/finetune.py",),
}
READ = [(GROUPS[name], files) for name, files in STEPS.items()]
READ += [
    (TuningSettings, ("tuning/search.py",)),
    (PretrainSettings, ("training/pretrain_body.py",)),
]
READ += [(distance.settings, (DISTANCES.path(name),)) for name, distance in DISTANCES.items()]
READ += [(m.settings, (METHODS.path(name),)) for name, m in METHODS.items() if m.settings]
ANYWHERE = (Configuration, Experiment, TaskEntry, JobSettings, Hyperparameters, SearchSpace)
READ += [(model, ()) for model in ANYWHERE]
PLANTED = (
    "epochs2",  # a name of its own
    "batch_size",  # the name of a key of `finetune`, which is read
)
LACKS = re.compile(r'^(\S+?):\d+: error: .*?"(\w+)"(?: of "[^"]*")? has no attribute "(\w+)"')
SKIPPED = shutil.ignore_patterns("__pycache__", "templates", "tasks", "simulate", "drawings")
RULES = (PACKAGE.parent / "workflow/rules").glob("*.smk")
IN_RULES = {
    key for path in RULES for key in re.findall(r"\bconfiguration\.(\w+)", path.read_text())
}


def without_keys(source: str, models: set[str]) -> str:
    """Return a module in which no class has the keys that it declares, nor pydantic's base."""
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef) or node.name not in models:
            continue
        for item in node.body:
            if isinstance(item, ast.AnnAssign):
                assert isinstance(item.target, ast.Name)
                lines[item.lineno - 1] = f"    declared_{lines[item.lineno - 1].lstrip()}"
    return "".join(lines).replace("(BaseModel)", "")


@pytest.fixture(scope="module")
def readers(tmp_path_factory) -> dict[tuple[str, str], set[str]]:
    """Return the modules that read a key, by class and key."""
    place = tmp_path_factory.mktemp("renamed")
    shutil.copytree(PACKAGE, place / "orca", ignore=SKIPPED)
    models = {base.__name__ for model, _ in READ for base in model.__mro__}
    for path in (place / "orca").rglob("*.py"):
        source = path.read_text()
        if any(f"class {name}" in source for name in models):
            path.write_text(without_keys(source, models))
    settings = place / "mypy.ini"
    settings.write_text(
        "[mypy]\nfollow_imports = skip\nignore_missing_imports = true\ncheck_untyped_defs = true\n"
    )
    options = ("--config-file", settings, "--no-incremental", "--no-error-summary", "--no-pretty")
    faults, broken, _ = api.run([*map(str, options), str(place / "orca")])
    assert "error: " in faults, broken
    found: dict[tuple[str, str], set[str]] = {}
    for fault in faults.splitlines():
        if lacks := LACKS.match(fault):
            file = lacks[1].rpartition("orca/")[2]
            found.setdefault((lacks[2], lacks[3]), set()).add(file)
    return found


def unread(readers, model, keys, files) -> set[str]:
    """Return the keys of a class that no code reads: no code at all, or none that some files use."""
    within = set().union(*map(_closure, files))

    def is_read(key: str) -> bool:
        found = set().union(*(readers.get((kind.__name__, key), ()) for kind in model.__mro__))
        return bool(found & within if files else found)

    return {key for key in keys if not is_read(key)} - (
        IN_RULES if model is Configuration else set()
    )


def test_all_groups_are_looked_at():
    assert STEPS.keys() == GROUPS.keys()


def test_every_setting_is_read(readers):
    for model, files in READ:
        assert unread(readers, model, model.model_fields, files) == set(), model.__name__


def test_a_planted_key_is_found_by_its_class(readers):
    assert "batch_size" in GROUPS["finetune"].model_fields
    assert unread(readers, GROUPS["align"], PLANTED, STEPS["align"]) == set(PLANTED)
