"""What a search promises, with one worker."""

import csv
import math
from dataclasses import replace

import pytest
import torch
import yaml
from optuna.trial import TrialState

from orca.errors import SettingsError, StateError, TrainingError
from orca.training.finetune_loop import FinetuneLoop
from orca.training.settings import FinetuneSettings
from orca.tuning import search as search_module
from orca.tuning.best import close, tuned_values
from orca.tuning.search import MOST_DEATHS
from orca.tuning.study import ended
from orca.tuning.trial import Reports, trial_settings
from tests.limits import file_size_limit
from tests.tuning.toy_search import make_search, outcome


def made_up(setup, settings, trial, state, *, seed, min_epochs):
    """Stands for `train`: an error that the settings give, falling over the epochs."""
    optimizer, finetune = settings.optimizer, settings.finetune
    reports = Reports(trial, setup.task.metric, finetune.epochs)
    error = 10 * abs(math.log10(optimizer.learning_rate) + 3.5) + finetune.batch_size + seed
    for epoch in range(finetune.epochs):
        row = {"epoch": epoch, "validation": error / (epoch + 1)}
        reports.pass_on([row])
    return reports.error(row)


@pytest.fixture
def quick(monkeypatch):
    """Trials take no time."""
    monkeypatch.setattr(search_module, "train", made_up)


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("searched")
    search = make_search(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_module, "train", made_up)
        search.work()
    close(search, folder / "out")
    return search, folder / "out"


@pytest.fixture
def epochs_trained(monkeypatch):
    """Epochs as they are trained, over all trials."""
    trained = []
    whole = FinetuneLoop._train_epoch

    def count(self, epoch):
        trained.append(epoch)
        whole(self, epoch)

    monkeypatch.setattr(FinetuneLoop, "_train_epoch", count)
    return trained


def test_the_first_trial_is_the_default(searched):
    search, _ = searched
    first = search.study().trials[0]
    assert first.params == {
        "optimizer.learning_rate": 1e-3,
        "finetune.batch_size": 8,
        "optimizer.weight_decay": 0.0,
    }


def test_bad_trials_stop_at_a_rung_and_the_best_reach_the_last(searched):
    search, _ = searched
    lengths = {
        trial.state: {
            len(t.intermediate_values) for t in search.study().trials if t.state == trial.state
        }
        for trial in search.study().trials
    }
    assert lengths[TrialState.COMPLETE] == {4}
    assert lengths[TrialState.PRUNED] <= {1, 2}


def test_a_promotion_repeats_no_epoch(tmp_path, epochs_trained):
    search = make_search(tmp_path, trials=4)
    search.work()
    counted = sum(len(trial.intermediate_values) for trial in search.study().trials)
    assert len(epochs_trained) == counted < 4 * 4


@pytest.mark.usefixtures("quick")
def test_equal_seeds_give_equal_studies_and_others_differ(searched, tmp_path):
    search, _ = searched
    again, other = (
        make_search(tmp_path / "again"),
        make_search(tmp_path / "other", seed=1, trials=2),
    )
    again.work()
    other.work()
    assert outcome(again) == outcome(search)
    assert outcome(other)[1:] != outcome(search)[1:2]


@pytest.mark.usefixtures("quick")
def test_a_study_goes_on_when_more_trials_are_asked_for(searched, tmp_path):
    search, _ = searched
    make_search(tmp_path, trials=4).work()
    first = outcome(make_search(tmp_path))
    more = make_search(tmp_path, trials=6)
    more.work()
    assert first == outcome(search)[:4]
    assert outcome(more) == outcome(search)


def test_training_for_real_gives_equal_studies_too(tmp_path):
    outcomes = []
    for name in ("one", "other"):
        search = make_search(tmp_path / name, trials=2)
        search.work()
        outcomes.append(outcome(search))
    assert outcomes[0] == outcomes[1]


@pytest.mark.usefixtures("quick")
def test_another_space_shares_no_trial(tmp_path):
    search = make_search(tmp_path, trials=2)
    search.work()
    other = make_search(tmp_path, trials=2, space={"optimizer.weight_decay": [0.0, 0.01]})
    assert other.name != search.name
    assert not ended(other.study())


def test_batches_larger_than_the_training_set_are_left_out(tmp_path):
    search = make_search(tmp_path, space={"finetune.batch_size": [4, 48, 64]})
    assert search.choices["finetune.batch_size"] == [8, 4, 48]


@pytest.mark.parametrize(
    ("key", "told"),
    [("align.epochs", "a search cannot choose this"), ("finetune.epoch", "did you mean 'epochs'")],
)
def test_a_key_that_a_search_cannot_choose_is_refused(key, told, tmp_path):
    search = make_search(tmp_path)
    with pytest.raises(SettingsError, match=told):
        trial_settings(search.defaults, {key: 3}, search.settings)


def test_a_trial_s_schedule_is_shrunk_to_the_length_of_the_longest_trial(tmp_path):
    search = make_search(tmp_path, max_epochs=4)
    long = FinetuneSettings(epochs=40, warmup_epochs=10, decay_epochs=30)
    defaults = replace(search.defaults, finetune=long)
    found = trial_settings(defaults, {"finetune.batch_size": 5}, search.settings).finetune
    assert (found.epochs, found.warmup_epochs, found.decay_epochs) == (4, 1, None)
    assert found.batch_size == 5


def test_a_diverging_trial_is_a_failed_trial(tmp_path, monkeypatch):
    search = make_search(tmp_path, trials=3)

    def fail_the_second(setup, settings, trial, state, **numbers):
        if trial.number == 1:
            raise TrainingError(where="epoch 0", what="the loss is nan", mend="nothing")
        if trial.number == 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return made_up(setup, settings, trial, state, **numbers)

    monkeypatch.setattr(search_module, "train", fail_the_second)
    search.work()
    states = [trial.state for trial in search.study().trials]
    assert states == [TrialState.COMPLETE, TrialState.FAIL, TrialState.FAIL]
    close(search, tmp_path / "out")
    rows = list(csv.DictReader((tmp_path / "out/trials.csv").open()))
    assert "the loss is nan" in rows[1]["reason"]
    assert "out of memory" in rows[2]["reason"]


def test_other_errors_end_the_step(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(search_module, "train", fail)
    with pytest.raises(RuntimeError, match="shapes"):
        make_search(tmp_path).work()


def test_a_score_that_is_not_finite_is_no_score(tmp_path):
    study = make_search(tmp_path).study()
    reports = Reports(study.ask(), "zero_one_error_pct", epochs=4)
    with pytest.raises(TrainingError, match="nan"):
        reports.pass_on([{"epoch": 0, "validation": math.nan}])


def test_scores_of_an_earlier_attempt_reach_the_study_once(tmp_path):
    study = make_search(tmp_path).study()
    reports = Reports(study.ask(), "zero_one_error_pct", epochs=4)
    history = [{"epoch": epoch, "validation": 50.0 - epoch} for epoch in range(3)]
    reports.pass_on(history[:1])
    reports.pass_on(history)
    reports.pass_on(history)
    assert study.trials[0].intermediate_values == {1: 50.0, 2: 49.0, 3: 48.0}


def test_a_trial_that_kills_its_workers_has_failed(tmp_path, monkeypatch):
    search = make_search(tmp_path, trials=2)

    class Killed(BaseException):
        pass

    def kill(setup, settings, trial, state, **numbers):
        if trial.number == 1:
            raise Killed
        return made_up(setup, settings, trial, state, **numbers)

    monkeypatch.setattr(search_module, "train", kill)
    for _ in range(MOST_DEATHS):
        with pytest.raises(Killed):
            search.work()
    search.work()
    last = search.study().trials[1]
    assert last.state == TrialState.FAIL
    assert "workers died" in last.user_attrs["reason"]


def test_a_search_without_any_score_says_so(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise TrainingError(where="epoch 0", what="the loss is nan", mend="nothing")

    monkeypatch.setattr(search_module, "train", fail)
    search = make_search(tmp_path, trials=1)
    search.work()
    with pytest.raises(TrainingError, match="the loss is nan"):
        close(search, tmp_path / "out")


def test_the_best_settings_name_their_origin(searched):
    search, out = searched
    best = yaml.safe_load((out / "best.yaml").read_text())
    whole = [trial for trial in search.study().trials if trial.state == TrialState.COMPLETE]
    assert best["origin"]["error"] == min(trial.value for trial in whole)
    assert best["settings"] == search.study().trials[best["origin"]["trial"]].params
    assert best["origin"]["epochs"] == sum(
        len(t.intermediate_values) for t in search.study().trials
    )
    origin = {name: best["origin"][name] for name in ("task", "body")}
    values = tuned_values(out / "best.yaml", **origin)
    assert values["optimizer"]["learning_rate"] == best["settings"]["optimizer.learning_rate"]
    assert values["finetune"] == {"batch_size": best["settings"]["finetune.batch_size"]}


@pytest.mark.parametrize("setting", ["dropout", "align.epochs", "model.dropuot"])
def test_settings_that_no_search_finds_are_refused(setting, tmp_path):
    told = {"settings": {setting: 0.5}, "origin": {"task": "t", "body": "b"}}
    (tmp_path / "best.yaml").write_text(yaml.safe_dump(told))
    with pytest.raises(SettingsError, match="best.yaml, settings"):
        tuned_values(tmp_path / "best.yaml", task="t", body="b")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"origin": {"task": "t", "body": "b"}}, "settings"),
        ({"settings": {}, "origin": {"task": "other", "body": "b"}}, "'other' instead of 't'"),
        ({"settings": {}, "origin": {"task": "t", "body": "other"}}, "'other' instead of 'b'"),
        ({"settings": 3, "origin": {}}, "settings"),
    ],
)
def test_what_another_search_found_or_none_is_refused(told, said, tmp_path):
    (tmp_path / "best.yaml").write_text(yaml.safe_dump(told))
    with pytest.raises(SettingsError, match=said):
        tuned_values(tmp_path / "best.yaml", task="t", body="b")


def test_every_trial_has_a_line_and_both_pictures_are_there(searched):
    search, out = searched
    rows = list(csv.DictReader((out / "trials.csv").open()))
    assert [int(row["trial"]) for row in rows] == list(range(6))
    for row, trial in zip(rows, search.study().trials, strict=True):
        errors = [float(value) for value in row["errors_by_epoch"].split()]
        assert errors == pytest.approx(list(trial.intermediate_values.values()), rel=1e-5)
    for stem in ("trials", "importance"):
        assert all((out / f"{stem}.{ending}").stat().st_size for ending in ("svg", "pdf", "png"))


def test_a_finished_search_leaves_no_checkpoint(searched):
    search, _ = searched
    assert not list((search.folder / search.name).iterdir())


def test_a_damaged_journal_is_named(tmp_path):
    search = make_search(tmp_path)
    search.folder.mkdir(parents=True)
    (search.folder / "journal.log").write_text("no journal\n{}\n")
    with pytest.raises(StateError, match=r"journal\.log"):
        search.work()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "torn", [b'{"op_code":5,"trial_id":', b'{"op_code":5,"tri{"op_code":4}\n', b"\x00\x00"]
)
def test_a_journal_with_a_torn_line_goes_on_from_the_whole_ones_before_it(searched, tmp_path, torn):
    make_search(tmp_path, trials=3).work()
    with (tmp_path / "state/journal.log").open("ab") as file:
        file.write(torn)
    search = make_search(tmp_path)
    search.work()
    assert outcome(search) == outcome(searched[0])


@pytest.mark.usefixtures("quick")
def test_a_line_that_another_worker_left_half_written_is_cut_by_the_next_that_writes(tmp_path):
    search = make_search(tmp_path)
    study = search.study()
    trial = study.ask()
    with (tmp_path / "state/journal.log").open("ab") as file:
        file.write(b'{"op_code":')
    study.tell(trial, 1.0)
    assert search.study().trials[0].value == 1.0


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path):
    study = make_search(tmp_path).study()
    journal = tmp_path / "state/journal.log"
    trial, before = study.ask(), journal.read_bytes()
    with file_size_limit(len(before) + 20), pytest.raises(StateError, match="cannot be written"):
        study.tell(trial, 1.0)
    assert journal.read_bytes() == before
    assert len(make_search(tmp_path).study().trials) == 1


@pytest.mark.usefixtures("quick")
def test_random_search_is_a_search_with_one_rung(tmp_path):
    search = make_search(tmp_path, trials=3, min_epochs=4)
    search.work()
    assert {trial.state for trial in search.study().trials} == {TrialState.COMPLETE}
