"""What would run, without data and without running it."""

import re

import pytest

from orca.data.task import TASKS
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.reporting.declared_table import TABLES
from tests.workflow.conftest import ROOT, jobs

RULES = "\n".join(
    path.read_text() for path in (ROOT / "Snakefile", *(ROOT / "workflow/rules").glob("*.smk"))
)


def assert_typed(told: str) -> None:
    commands = re.findall(r"^Shell command: (orca .*)$", told, flags=re.MULTILINE)
    assert len(commands) > 10
    assert max(map(len, commands)) < 250


def test_the_demo_runs_every_step_by_lines_that_a_person_can_type(snakemake):
    planned = snakemake("demo", "-n", "--printshellcmds", "--quiet", "reason")
    assert_typed(planned.stdout)
    steps = {"fetch", "fetch_body", "prepare", "embed_source", "source_terms", "tune", "align"}
    steps |= {"finetune", "evaluate", "peer", "tabulate", "plot_profile"}
    steps |= {"plot_alignment", "report"}
    assert steps <= set(jobs(planned.stdout))


def test_every_command_of_the_other_demo_is_a_line_that_a_person_can_type(snakemake):
    assert_typed(snakemake("demo_2d", "-n", "--printshellcmds").stdout)


def test_a_body_that_nobody_publishes_is_pretrained_and_the_others_are_fetched(snakemake, place):
    made = {name for name, body in BODIES.items() if body.weights.made_by}
    cards = [f"results/bodies/{name}/card.json" for name in BODIES]
    planned = jobs(snakemake(*cards, "-n", "--quiet", "reason").stdout)
    assert planned["pretrain_body"] == len(made) > 0
    assert planned["fetch_body"] == len(BODIES) - len(made)


def test_a_folder_that_holds_a_body_spares_its_pretraining(snakemake, place):
    made = next(name for name, body in BODIES.items() if body.weights.made_by)
    (place / "folders.yaml").write_text(f"body_folders: {{{made}: elsewhere}}\n")
    card = f"results/bodies/{made}/card.json"
    planned = jobs(
        snakemake(card, "-n", "--quiet", "reason", "--configfile", "folders.yaml").stdout
    )
    assert "pretrain_body" not in planned
    assert planned["fetch_body"] == 1


@pytest.mark.slow
def test_every_target_of_all_can_be_planned_without_data(snakemake):
    assert jobs(snakemake("all", "-n", "--quiet", "rules", "reason").stdout)["total"] > 10


@pytest.mark.slow
def test_every_table_can_be_planned_without_data(snakemake):
    snakemake(*(f"results/tables/{table}.md" for table in TABLES), "-n", "--quiet")


@pytest.mark.slow
def test_every_task_can_be_planned_without_data(snakemake):
    bodies = {"sequence": "roberta_base", "grid": "swin_base"}
    targets = [
        f"results/scores/{name}/{bodies[task.kind]}/orca/seed0.json" for name, task in TASKS.items()
    ]
    snakemake(*targets, "-n", "--quiet")


def test_one_score_needs_its_own_chain_alone(snakemake):
    score = "results/scores/openml_61/minilm/orca/seed0.json"
    done = snakemake(score, "-n", "--printshellcmds")
    command = "align openml_61 minilm --distance otdd --start pretrained --seeds seed0 "
    assert command in done.stdout
    planned = jobs(done.stdout)
    assert planned.pop("total") == sum(planned.values())
    assert planned["finetune"] == planned["align"] == planned["evaluate"] == 1


@pytest.mark.parametrize(
    ("run", "weights"), [("none/xgboost_searched", {}), ("minilm/frozen_linear", {"fetch_body": 1})]
)
def test_a_peers_score_needs_the_data_and_the_body_that_it_stands_on(snakemake, run, weights):
    planned = jobs(snakemake(f"results/scores/openml_61/{run}/seed0.json", "-n").stdout)
    planned.pop("total")
    assert planned == {"fetch": 1, "prepare": 1, "peer": 1, **weights}


REFUSED = {
    "results/finetuned/openml_61/minilm/xgboost/seed0.json": "there is no method 'xgboost'",
    "results/predictions/pde_advection_512/roberta_base/orca_pointwise/seed0_at_512.npz": (
        "it is not tested on anything called '_at_512'"
    ),
    "results/tables/dem.md": "did you mean 'demo'",
}


@pytest.mark.parametrize(
    ("target", "configuration", "said"),
    [
        *((target, "{}", said) for target, said in REFUSED.items()),
        ("demo", "peers: {fno: {epoch: 3}}", "FNO has no setting 'epoch'"),
        ("demo", "seedz: 3", "did you mean 'seeds'"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_the_reason(
    target, configuration, said, snakemake, place
):
    (place / "own.yaml").write_text(f"{configuration}\n")
    done = snakemake(target, "-n", "--configfile", "own.yaml", fails=True)
    assert said in done.stdout + done.stderr


def test_a_run_is_tested_at_a_second_resolution_and_both_are_drawn(snakemake):
    run = "pde_advection_256/roberta_base/orca_pointwise/seed0"
    planned = jobs(snakemake("results/figures/figure_5_right.svg", "-n").stdout)
    assert (planned["predict"], planned["prepare"], planned["finetune"]) == (2, 2, 1)
    assert jobs(snakemake(f"results/scores/{run}.json", "-n").stdout)["prepare"] == 2


def test_a_method_without_alignment_plans_none(snakemake):
    done = snakemake("results/scores/openml_61/roberta_base/finetune/seed0.json", "-n")
    assert "align" not in jobs(done.stdout)


@pytest.mark.parametrize("profile", ["", "slurm", "local"])
def test_each_step_is_one_rule_with_its_own_name(profile, snakemake):
    options = ["--profile", str(ROOT / profile)] if profile else []
    named = set(re.findall(r"^ *rule (\w+):", RULES, flags=re.MULTILINE))
    told = snakemake("--list", *options).stdout
    assert {line.split(" ")[0] for line in told.splitlines() if " (" in line} == named


def test_an_alignment_that_no_method_uses_can_be_asked_for(snakemake):
    target = "results/aligned/openml_61/minilm/sliced_wasserstein-random-align.epochs=5/seed0.json"
    told = snakemake(target, "-n", "--printshellcmds").stdout
    assert "--distance sliced_wasserstein --start random --set align.epochs=5 " in told


@pytest.mark.slow
def test_every_method_can_be_asked_for_by_path(snakemake):
    for kind, body in (("sequence", "roberta_base"), ("grid", "swin_base")):
        task = {"sequence": "ecg", "grid": "ninapro"}[kind]
        targets = [f"results/scores/{task}/{body}/{method}/seed0.json" for method in METHODS]
        snakemake(*targets, "-n", "--quiet")
