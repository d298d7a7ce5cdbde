"""The official configurations of config/hyperparameters.yaml against the values of their files.

tests/reference/official_hyperparameters.csv has the values as the official code's YAML files state
them (commit 19b8c1c), but for `samples_per_class`, which is what its loop makes of `maxsamples`, and for
`loss` and `metric`, which its code chooses by data set. Whether losses of one kind are equal,
tests/training/test_official_losses.py says.
"""

import csv
from itertools import product
from pathlib import Path

import pytest

from orca.data.target import Classes, MultiLabel
from orca.data.task import TASKS
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.models.patching import closest_kernel
from orca.reporting.declared_table import TABLES
from orca.training.settings import GROUPS
from orca.workflow.runs import Runs

ROOT = Path(__file__).parents[1]
ROWS = list(csv.DictReader((ROOT / "tests/reference/official_hyperparameters.csv").open()))
LOSSES = {
    "ce": {"cross_entropy"},
    "ce_by_frequency": {"weighted_cross_entropy"},
    "focal_gamma_0": {"focal"},
    "bce": {"zeroed_bce_with_logits"},  # points to be ignored are set to 0 before it
    "bce_positive_4": {"bce_with_logits_positive_4"},
    "bce_positive_10": {"bce_with_logits_positive_10"},
    "mse": {"mse", "masked_mse"},  # PSICOV's mask leaves nothing out there
    "relative_l2_sum": {"relative_l2_sum"},
    "nrmse": {"nrmse"},
    "rmse": {"rmse"},
}
METRICS = {  # of chunks of a thousand samples where that is more than a mean over samples
    "accuracy": "zero_one_error_pct",
    "auroc": "one_minus_auroc_chunked",
    "relative_l2_mean": "relative_l2",
    "nrmse": "nrmse",
    "psicov_mae": "mae8_official",
    "ecg_f1": "one_minus_f1_chunked",
    "inv_auroc": "one_minus_auroc_official",
    "map": "one_minus_map_official",
    "r2_score": "r2_chunked",
    "auc_metric": "auroc_ovo",
}
WITHOUT_A_FILE = {  # Table 13's other bodies, and Table 24's VPT
    ("deepsea", "swin_base"), ("spherical", "roberta_base"), ("ecg", "swin_base"),
}  # fmt: skip


def runs(origin: str) -> Runs:
    return Runs.read({"hyperparameters": {"default": origin}}, ROOT / "config")


@pytest.fixture(scope="module")
def published() -> Runs:
    return runs("published")


def has_official_values(row, groups) -> None:
    model, optimizer, settings = (groups[name] for name in ("model", "optimizer", "finetune"))
    assert optimizer.name == row["optimizer"]
    assert optimizer.learning_rate == float(row["learning_rate"])
    assert optimizer.weight_decay == float(row["weight_decay"])
    assert settings.batch_size == int(row["batch_size"])
    assert settings.accumulation == int(row["accumulation"])
    assert settings.accumulation == 1 or settings.accumulate in ("sum", "official")
    assert settings.gradient_clipping == (float(row["gradient_clipping"] or 0) or None)
    assert model.dropout == float(row["dropout"])
    assert settings.epochs == int(row["epochs"])
    assert settings.warmup_epochs == int(row["warmup_epochs"])
    assert (settings.decay_epochs or settings.epochs) == int(row["decay_epochs"])
    if row["optimizer"] == "sgd":
        assert optimizer.momentum == float(row["momentum"])
    else:
        assert optimizer.betas == (float(row["beta1"]), float(row["beta2"]))
    if row["body"] == "roberta_base":
        assert model.sequence_length == int(row["sequence_length"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["config"])
def test_a_configuration_has_the_official_values(published, row):
    given = published.base(row["task"], row["body"])
    groups = {name: GROUPS[name].model_validate(given.get(name, {})) for name in GROUPS}
    has_official_values(row, groups)
    assert groups["align"].epochs == int(row["align_epochs"])
    assert groups["align"].samples_per_class == int(row["samples_per_class"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["config"])
def test_the_task_that_stands_for_a_data_set_has_the_official_loss_and_metric(row):
    task, metric = TASKS[TASKS.as_published(row["task"])], METRICS[row["metric"]]
    assert task.loss in LOSSES[row["loss"]]
    assert task.loss_in_units == (row["loss"] == "relative_l2_sum")
    if task.suite == "lift_openml":  # printed are accuracies, whose line the code has switched off
        assert task.metric == "accuracy_pct"
        assert metric in task.extra_metrics
    else:
        assert task.metric == metric
    if row["metric"] == "auc_metric":
        assert task.samples.test <= 1000  # one chunk


def test_burgers_has_the_paper_s_kernel_and_the_official_variant_the_code_s():
    for ending, origin in product(("", "_simulated"), ("default", "published", "tuned")):
        found = runs(origin)
        model = found.finetune_settings(f"pde_burgers{ending}", "roberta_base", "orca")["model"]
        assert (model.kernel, model.kernel_rule) == (None, "closest_padded")
        assert origin == "default" or closest_kernel(1024, target=model.sequence_length) == 8
        run = (f"pde_burgers_official{ending}", "roberta_base")
        assert found.finetune_settings(*run, "orca_released")["model"].kernel == 2
        aligned = found.align_settings(*run, found.alignment_of("orca_released"))
        assert aligned["model"].kernel == 2  # 512 tokens of 1024 points


def test_no_official_configuration_names_a_kernel_which_would_overrule_the_length(published):
    assert all(
        "kernel" not in content.get("model", {})
        for content in published.hyperparameters.official.values()
    )


@pytest.mark.parametrize("number", [2, 9, 13, 14, 18, 21, 23])
def test_under_the_published_protocol_a_table_s_runs_are_the_official_ones(number):
    found = Runs.read({"protocol": "published"}, ROOT / "config")
    rows = {(row["task"], row["body"]): row for row in ROWS}
    runs_of_table = [run for run in found.of_table(f"table_{number}") if run.method in METHODS]
    assert runs_of_table
    for run in runs_of_table:
        task, method = TASKS[run.task], METHODS[run.method]
        assert TASKS.as_published(run.task) == run.task
        assert METHODS.as_published(run.method) == run.method
        groups = found.finetune_settings(run.task, run.body, run.method)
        assert groups["finetune"].selection == "test_as_published"
        assert groups["finetune"].accumulate == "official"
        assert groups["model"].kernel_rule == "smallest_divisor"
        assert groups["model"].dense_head == "pooling"
        name = task.variant_of if task.as_published else run.task
        if (name, run.body) in WITHOUT_A_FILE:
            continue
        official = found.hyperparameters.official
        own = official[f"{name}/{run.body}"]
        row = next(row for key, row in rows.items() if official["/".join(key)] == own)
        has_official_values(row, groups)
        if not method.alignment:
            continue
        assert method.embedder == "pretrained"
        assert method.alignment not in ("otdd", "euclidean")
        settings = found.align_settings(run.task, run.body, found.alignment_of(run.method))
        align, distance = settings["align"], settings["distance"]
        assert not align.single_samples
        if method.alignment != "otdd_joint":  # which the official code has not
            assert not getattr(distance, "single_samples", False)
            assert getattr(distance, "schedule", "official") == "official"
        assert (align.epochs, align.clusters) == (int(row["align_epochs"]), 10)
        assert align.samples_per_class == int(row["samples_per_class"])
        assert not align.held_out


def test_pare_s_source_head_has_200_outputs_where_its_script_for_classes_of_grids_runs():
    found = Runs.read({"protocol": "published"}, ROOT / "config")
    runs = [run for run in found.of_table("pare_nas_bench_360") if run.method == "pare_released"]
    assert len({run.task for run in runs}) == 10
    for run in runs:
        own = found.finetune_settings(run.task, run.body, run.method)["method"]
        of_classes = isinstance(TASKS[run.task].target, Classes | MultiLabel)
        wide = of_classes and BODIES[run.body].kind == "grid"
        assert own.source_outputs == (200 if wide else None), run.task


def test_all_64_files_are_there_and_every_other_entry_is_one_of_them_for_a_like_task(published):
    official = published.hyperparameters.official
    entries = {f"{row['task']}/{row['body']}" for row in ROWS}
    assert len(entries) == 64
    for entry in set(official) - entries:
        assert entry.endswith("/pare_released") or official[entry] in map(official.get, entries)


def test_every_task_of_a_papers_table_has_its_official_configuration(published):
    for name, table in TABLES.items():
        runs = table.runs(published.configuration) if table.number else ()
        for run in (run for run in runs if run.method in METHODS):
            has_one = published.origin(run.task, run.body) == "published"
            assert has_one != ((run.task, run.body) in WITHOUT_A_FILE), (name, run.task)


def epochs(runs: Runs, task: str) -> int:
    return runs.finetune_settings(task, "roberta_base", "finetune")["finetune"].epochs


def test_a_variant_takes_the_configuration_of_its_baseline(published):
    assert published.base("pde_advection_official", "roberta_base") == published.base(
        "pde_advection", "roberta_base"
    )
    assert epochs(published, "pde_advection") == 200


def test_the_official_values_count_only_where_they_are_asked_for():
    assert epochs(runs("default"), "pde_advection") == 60


def test_a_table_waits_for_no_data_that_nobody_can_have_until_they_are_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    substitutes = {"drug_ctrp_improve", "drug_gdsc_improve"}
    assert {run.task for run in runs("published").of_table("table_5")} == substitutes
    for way in TASKS["drug_ctrp"].files:
        path = tmp_path / "results/raw/drug_ctrp" / way.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    here = {run.task for run in runs("published").of_table("table_5")}
    assert here == {*substitutes, "drug_ctrp"}


def test_a_substitute_takes_the_official_configuration_of_its_task(published):
    for study in ("ctrp", "gdsc"):
        names = (f"drug_{study}", f"drug_{study}_improve")
        task, substitute = (published.base(name, "roberta_base") for name in names)
        assert task == substitute
    assert epochs(published, "drug_ctrp_improve") == 100
