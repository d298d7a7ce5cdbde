"""Every setting has code that reads it, which is also how a run's key knows that it counts."""

import pytest

from orca.alignment.distance import DISTANCES
from orca.code_digest import used_code
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.models.pretraining.settings import PretrainSettings
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
CASES = {
    f"{group.__name__}.{key}": (key, files) for group, files in READ for key in group.model_fields
}


def test_all_groups_are_looked_at():
    assert STEPS.keys() == GROUPS.keys()


@pytest.mark.parametrize(("key", "files"), CASES.values(), ids=CASES.keys())
def test_every_setting_is_read(key, files):
    assert key in used_code(*files).attributes
