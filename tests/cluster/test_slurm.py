"""The workflow on a real Slurm, through the profile that users have, while things go wrong."""

import json
import os
import signal
import time

import pytest

from tests.cluster.conftest import BODY, METHOD, RUNS, STAMP, TASK

pytestmark = pytest.mark.cluster
RUN = f"results/{RUNS}/seed0/run.json"


def own(slurm, workflow, columns: str) -> list[list[str]]:
    """Return columns of this workflow's jobs that Slurm remembers or has, oldest first."""
    asked = f"%i %Z {columns}".replace(" ", "|")
    text = slurm.call("squeue", "-h", "--states=all", "-o", asked)
    rows = (line.split("|") for line in text.splitlines())
    mine = [row for row in rows if row[1] == str(workflow.place)]
    return [row[2:] for row in sorted(mine, key=lambda row: int(row[0]))]


def test_every_step_up_to_the_score_runs_as_a_job(slurm, workflow):
    workflow.set_defaults(
        BODY, finetune={"epochs": 3}, align={"epochs": 4, "samples_per_class": 64}
    )
    score = f"results/scores/{TASK}/{BODY}/orca/seed0.json"
    overlay = workflow.place / "small.yaml"
    overlay.write_text(
        overlay.read_text().replace("minilm: default", "minilm: tuned").replace("device: cpu", "")
        + "tuning_by_body: {minilm: {trials: 2, min_epochs: 1, max_epochs: 2}}\n"
        + "tune_workers_by_body: {minilm: 2}\n"
    )
    workflow.end(workflow.start(score))
    assert json.loads((workflow.place / score).read_text())["seed0"]["status"] == "ok"
    told = slurm.call("squeue", "-h", "--states=all", "-O", "comment:150,tres-per-job:30")
    asked = {line.split()[0].split("_wildcards")[0]: line.split()[1] for line in told.splitlines()}
    for step in (
        "embed_source", "source_terms", "tune_worker", "tune", "align", "finetune", "evaluate",
    ):  # fmt: skip
        assert asked[f"rule_{step}"] == "gres:gpu:1"
    assert {row[0] for row in own(slurm, workflow, "%T")} == {"COMPLETED"}
    assert {row[0] for row in own(slurm, workflow, "%P")} <= {"cpu", "gpu"}
    assert list(workflow.place.glob("results/logs/slurm/**/*.log"))


def test_a_requeued_run_whose_controller_is_restarted_ends_bit_for_bit_as_an_undisturbed_one(
    slurm, workflow, running, undisturbed
):
    process = running()
    ((job,),) = own(slurm, workflow, "%i")
    slurm.call("scontrol", "requeue", job)
    workflow.wait_for(workflow.goes_on)
    slurm.end("slurmctld", kill=True)
    time.sleep(20)
    slurm.start_controller()
    workflow.end(process)
    assert own(slurm, workflow, "%i %T") == [[job, "COMPLETED"]]
    assert workflow.goes_on()
    assert workflow.weights() == undisturbed


def test_a_run_whose_node_crashes_goes_on_at_another(slurm, workflow, running, undisturbed):
    process = running()
    ((job, node),) = own(slurm, workflow, "%i %N")
    slurm.crash_node(node)
    try:
        workflow.end(process)
    finally:
        slurm.start_node(node)
    ((same, other),) = own(slurm, workflow, "%i %N")
    assert same == job
    assert other != node
    assert workflow.goes_on()
    assert workflow.weights() == undisturbed


def test_a_run_over_its_memory_then_cancelled_then_over_its_time_goes_on_at_each_attempt(
    slurm, workflow, undisturbed
):
    # 250 MB: less than the process with PyTorch and the weights, so that it ends before a checkpoint
    needs = ("mem_mb=250 if attempt == 1 else 3000", "runtime=40 if attempt == 3 else 20")
    process = workflow.start(STAMP, "--set-resources", *(f"finetune:{need}" for need in needs))
    workflow.wait_for(lambda: len(own(slurm, workflow, "%i")) == 2)
    assert not workflow.checkpoints()
    workflow.wait_for(workflow.checkpoints)
    _, (second,) = own(slurm, workflow, "%i")
    slurm.call("scancel", second)
    workflow.wait_for(workflow.goes_on)
    _, _, (third,) = own(slurm, workflow, "%i")
    limits = [limit for (limit,) in own(slurm, workflow, "%l")]
    assert limits == ["20:00", "20:00", "40:00"]
    # Slurm's shortest limit is a minute: too long for a run of seconds
    slurm.call("scontrol", "update", f"JobId={third}", "EndTime=now+1")
    workflow.end(process)
    first, *others = [state for (state,) in own(slurm, workflow, "%T")]
    assert first in ("FAILED", "OUT_OF_MEMORY")
    assert others == ["CANCELLED", "TIMEOUT", "COMPLETED"]
    assert workflow.goes_on() or "seed 0 is finished already" in workflow.log()
    assert workflow.weights() == undisturbed


def test_a_failing_jobs_siblings_finish(slurm, workflow):
    workflow.set_defaults(BODY, finetune={"epochs": 3})
    place = workflow.place / "results/prepared" / TASK
    hurt = workflow.place / "results/prepared/openml_187"
    hurt.mkdir()
    for name in ("fit.h5", "test.h5", "card.json"):
        (hurt / name).write_bytes((place / name).read_bytes()[:2000])
    others = f"results/finetuned/openml_187/{BODY}/{METHOD}/seeds0-1.json"
    process = workflow.start(STAMP, others, "--retries", "0", "--rerun-triggers", "mtime")
    workflow.end(process, fails=True)
    assert (workflow.place / RUN).exists()
    assert not (workflow.place / others).exists()
    log = workflow.place / f"results/finetuned/openml_187/{BODY}/{METHOD}/seeds0-1.log"
    assert "Mend:" in log.read_text()


def test_a_second_head_process_waits_for_the_first_one_s_run(slurm, workflow, running, undisturbed):
    first = running()
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    workflow.end(workflow.start(STAMP, "--unlock"))
    workflow.end(workflow.start(STAMP, "--retries", "0"))
    assert "another process is working on" in workflow.log()
    assert "seed 0 is finished already" in workflow.log()
    assert [row[0] for row in own(slurm, workflow, "%T")] == ["COMPLETED", "COMPLETED"]
    assert workflow.weights() == undisturbed
