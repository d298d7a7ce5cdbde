"""A run's key changes with what the step uses, and with nothing else."""

from dataclasses import replace

import pytest

from orca import code_digest
from orca.alignment.distance import DISTANCES
from orca.methods.method import METHODS
from orca.settings import Settings
from orca.training.key import align_key, evaluate_key, finetune_key
from orca.training.settings import GROUPS, FinetuneSettings
from tests.training.toys import CLASSES


def keys(method="orca", by="otdd", own=None, **changes):
    """Return the keys of all steps of a run, with changed settings by group."""
    settings = {name: group(**changes.get(name, {})) for name, group in GROUPS.items()}
    finetune = {name: settings[name] for name in ("model", "optimizer", "finetune")}
    align = {name: settings[name] for name in ("model", "optimizer", "align")}
    align["distance"] = DISTANCES[by].settings(**changes.get("distance", {}))
    finetune["method"] = METHODS[method].own_settings(own or {})
    named = {"task": CLASSES, "body": "minilm"}
    return {
        "align": align_key(**named, start="pretrained", distance=by, settings=align),
        "finetune": finetune_key(**named, method=method, settings=finetune),
        "evaluate": evaluate_key(**named, method=method),
    }


def moved(before, after):
    return {step for step in before if before[step] != after[step]}


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"finetune": {"epochs": 7}}, {"finetune"}),
        ({"finetune": {"milestones": (3,)}}, {"finetune"}),
        ({"align": {"epochs": 7}}, {"align"}),
        ({"distance": {"reg": 0.2}}, {"align"}),
        ({"optimizer": {"learning_rate": 0.5}}, {"align", "finetune"}),
        ({"model": {"kernel": 2}}, {"align", "finetune"}),
    ],
)
def test_a_setting_moves_the_keys_of_the_steps_that_read_it_and_no_others(changes, steps):
    assert moved(keys(), keys(**changes)) == steps


def test_a_method_s_own_setting_moves_its_own_key_and_that_of_no_other_method():
    assert moved(keys("orca_lora"), keys("orca_lora", own={"rank": 2})) == {"finetune"}
    assert not moved(keys("orca"), keys("orca", own={"rank": 2}))


def finetune_of(settings: Settings):
    groups = {"model": GROUPS["model"](), "optimizer": GROUPS["optimizer"]()}
    return finetune_key(
        task=CLASSES, body="minilm", method="orca", settings={**groups, "finetune": settings}
    )


def test_a_new_setting_that_no_code_reads_moves_no_key_and_a_changed_default_does():
    class Longer(FinetuneSettings):
        zzz_unread: int = 3

    class Slower(FinetuneSettings):
        epochs: int = 61

    assert finetune_of(Longer()) == finetune_of(FinetuneSettings())
    assert finetune_of(Slower()) != finetune_of(FinetuneSettings())


def test_a_default_that_is_written_down_moves_no_key():
    assert finetune_of(FinetuneSettings(epochs=60)) == finetune_of(FinetuneSettings())


@pytest.fixture
def edit(monkeypatch):
    """Change the code of a file as far as digests tell."""
    read = code_digest._read

    def change(file):
        assert (code_digest.PACKAGE / file).is_file()
        monkeypatch.setattr(
            code_digest,
            "_read",
            lambda path: replace(read(path), digest=b"") if path == file else read(path),
        )
        code_digest.used_code.cache_clear()

    yield change
    code_digest.used_code.cache_clear()


ALL = {"align", "finetune", "evaluate"}


@pytest.mark.parametrize(
    ("file", "steps"),
    [
        ("models/embedder.py", ALL),
        ("models/card.py", ALL),
        ("models/weights.py", set()),
        ("models/encoders/bert.py", ALL),
        ("models/encoders/swin.py", set()),
        ("alignment/points.py", {"align"}),
        ("alignment/sinkhorn.py", {"align"}),
        ("alignment/mmd.py", set()),
        ("alignment/distances/mmd.py", set()),
        ("methods/orca.py", {"finetune", "evaluate"}),
        ("methods/objectives/mixing.py", set()),
        ("training/align_loop.py", {"align"}),
        ("training/finetune_loop.py", {"finetune"}),
        ("training/losses/cross_entropy.py", {"finetune"}),
        ("training/losses/mse.py", set()),
        ("evaluation/metrics/zero_one_error_pct.py", {"evaluate"}),
        ("evaluation/metrics/rmse.py", set()),
        ("reporting/declared_table.py", set()),
    ],
)
def test_changed_code_moves_the_keys_of_the_steps_that_run_it_and_no_others(file, steps, edit):
    before = keys()
    edit(file)
    assert moved(before, keys()) == steps


@pytest.mark.parametrize("settings", [{"validate_every": 1}, {"selection": "best_on_validation"}])
def test_the_metric_counts_where_the_run_validates(settings, edit):
    before = keys(finetune=settings)
    edit("evaluation/metrics/zero_one_error_pct.py")
    assert moved(before, keys(finetune=settings)) == {"finetune", "evaluate"}


def test_the_exact_distance_counts_where_the_alignment_writes_it_down(edit):
    plain, recorded = (keys(by="mmd", align={"record_exact_every": n}) for n in (None, 1))
    edit("alignment/sinkhorn.py")
    assert not moved(plain, keys(by="mmd"))
    assert moved(recorded, keys(by="mmd", align={"record_exact_every": 1})) == {"align"}
