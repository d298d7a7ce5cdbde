"""What is found out about runs, jobs and paths without Snakemake."""

import math
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
import yaml
from snakemake.iocontainers import Wildcards

from orca import memory
from orca.cli import orca
from orca.commands.options import SeedsArgument
from orca.cost import V100
from orca.data.proxy import PROXIES
from orca.data.sizes import assumed_sizes
from orca.data.task import TASKS
from orca.data.ways import Simulated
from orca.errors import SettingsError
from orca.evaluation.score import Run
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.peers.peer import PEERS
from orca.training.job_settings import JobSettings
from orca.training.settings import ALIGN_READS, FINETUNE_READS
from orca.workflow import layout, resources
from orca.workflow.jobs import Jobs
from orca.workflow.pages import Pages
from orca.workflow.resources import JobResources
from orca.workflow.runs import Runs
from orca.workflow.targets import check_targets

CONFIG = Path(__file__).parents[2] / "config"


def read(**configuration) -> Runs:
    return Runs.read({"tables": ["demo"], **configuration}, CONFIG)


@pytest.fixture(scope="module")
def runs() -> Runs:
    return read()


@pytest.fixture
def with_methods(tmp_path):
    """Return what reads the configuration with some methods' settings."""

    def read_with(methods: dict, **configuration) -> Runs:
        for name in ("hyperparameters.yaml", "search_space.yaml"):
            content = yaml.safe_load((CONFIG / name).read_text())
            content |= {"methods": methods} if name.startswith("hyper") else {}
            (tmp_path / name).write_text(yaml.safe_dump(content))
        return Runs.read({"tables": ["demo"], **configuration}, tmp_path)

    return read_with


def job(task: str, body: str = "swin_base", **names: str) -> Wildcards:
    given = {"method": "orca", "alignment": "otdd-pretrained", "seeds": "seed0"}
    return Wildcards(fromdict={"task": task, "body": body, **given, **names})


# Paths


@pytest.mark.parametrize(
    ("name", "numbers", "seeds"),
    [("seed0", "0", (0,)), ("seed12", "12", (12,)), ("seeds0-2", "0-2", (0, 1, 2))],
)
def test_seeds_have_a_name_and_come_back_from_it_and_from_their_numbers(name, numbers, seeds):
    assert layout.seeds_name(seeds) == name
    assert layout.seeds_of(name) == layout.seeds_of(numbers) == seeds


@pytest.mark.parametrize(
    "given",
    ["dees0", "seedsseeds3", "0-", " 0 ", "1_0", "\uff10", "seeds0", "seed0-2", "-1", "0\n", ""],
)
def test_what_only_resembles_seeds_is_refused(given):
    with pytest.raises(ValueError, match="names no seeds"):
        layout.seeds_of(given)
    with pytest.raises(click.BadParameter, match="neither a seed"):
        SeedsArgument().convert(given, None, None)


def test_an_alignment_s_name_says_what_it_is_and_is_read_back():
    changes = [
        ("align.milestones", [20, 40]),
        ("align.patience", None),
        ("distance.debiased", False),
        ("distance.inner", "gaussian"),
        ("distance.l2_weight", 0.5),
        ("optimizer.learning_rate", 1e-05),
    ]
    name = layout.alignment_name("otdd", "pretrained", changes)
    assert layout.parse_alignment(name) == ("otdd", "pretrained", dict(changes))
    assert layout.parse_alignment("mmd-random") == ("mmd", "random", {})
    assert layout.parse_terms(layout.terms_name("otdd", [("reg", 0.05)])) == ("otdd", {"reg": 0.05})


@pytest.mark.parametrize(
    "changes",
    [
        [("distance.inner", "true")],
        [("distance.inner", "x-align.y=3")],
        [(f"align.key_{k}", "a value of some length") for k in range(9)],
    ],
)
def test_changes_that_make_no_name_are_refused(changes):
    with pytest.raises(SettingsError, match="make no folder's name"):
        layout.alignment_name("otdd", "random", changes)


def test_seeds_that_are_not_successive_have_no_name():
    with pytest.raises(ValueError, match="not successive"):
        layout.seeds_name((0, 2, 5))
    with pytest.raises(ValueError, match="no seed from 2 to 1"):
        layout.seeds_of("seeds2-1")


def test_a_path_tells_its_kind_and_its_names():
    assert layout.parse("results/scores/a/b/c/seed0.json") == (
        "scores",
        {"task": "a", "body": "b", "method": "c"},
    )
    assert layout.parse("results/report.html") == ("", {})


def test_an_argument_that_is_no_result_is_no_target_of_ours(runs):
    check_targets(["--directory", ".", "", "/", "results", "all", "results/report.html"], runs)


# Settings


def test_methods_of_equal_alignment_share_it_and_others_do_not(runs):
    assert runs.alignment_of("orca") == runs.alignment_of("orca_lora") == "otdd-pretrained"
    assert runs.alignment_of("orca_after_5") == "otdd-pretrained-align.epochs=5"
    assert runs.alignment_of("finetune") == ""


@pytest.mark.parametrize("method", [name for name in METHODS if METHODS[name].alignment])
def test_both_stages_of_a_method_have_one_model(runs, method):
    align = runs.align_settings("ecg", "roberta_base", runs.alignment_of(method))
    assert align["model"] == runs.finetune_settings("ecg", "roberta_base", method)["model"]


def test_a_method_s_settings_of_stage_two_reach_its_alignment(with_methods):
    runs = with_methods({"orca_mmd": {"align": {"epochs": 7}}})
    alignment = runs.alignment_of("orca_mmd")
    assert runs.align_settings("openml_61", "minilm", alignment)["align"].epochs == 7
    assert runs.align_settings("openml_61", "minilm", "mmd-pretrained")["align"].epochs == 30


def test_a_distance_s_settings_of_a_method_reach_the_source_terms(with_methods):
    runs = with_methods({"orca_euclidean": {"distances": {"euclidean": {"debiased": False}}}})
    alignment = runs.alignment_of("orca_euclidean")
    assert alignment == "euclidean-pretrained-distance.debiased=false"
    assert not runs.align_settings("openml_61", "minilm", alignment)["distance"].debiased
    assert runs.terms_of("openml_61", "minilm", alignment) == "euclidean-debiased=false"


def test_what_a_method_fixes_holds_over_all_else(with_methods):
    runs = with_methods({"orca_pointwise": {"model": {"kernel": 4}}})
    groups = runs.finetune_settings("pde_advection", "roberta_base", "orca_pointwise")
    assert groups["model"].kernel == 1


def test_a_group_that_a_method_does_not_read_is_refused(with_methods):
    with pytest.raises(SettingsError, match=r"methods.orca, pare: nothing reads a group"):
        with_methods({"orca": {"pare": {"temperature": 0.5}}})


def test_a_method_s_own_settings_are_its_own(with_methods):
    runs = with_methods({"orca_lora": {"orca_lora": {"rank": 2}}})
    assert runs.finetune_settings("openml_61", "minilm", "orca_lora")["method"].rank == 2
    assert runs.finetune_settings("openml_61", "minilm", "orca")["method"] is None


@pytest.mark.parametrize(
    "alignment",
    [
        "otdd-random-align.epoch=3",
        "otdd-random-aligns.epochs=3",
        "otdd-random-finetune.epochs=3",  # which no alignment reads
        "otdd-warm",
        "otdd",
    ],
)
def test_an_alignment_of_what_is_not_there_is_refused(runs, alignment):
    with pytest.raises(SettingsError, match="the alignment"):
        runs.align_settings("openml_61", "minilm", alignment)


@pytest.mark.parametrize(
    "changes",
    [
        "optimizer.learning_rate=1e-4-align.epochs=3",
        "optimizer.learning_rate=0.0001-align.epochs=3",
    ],
)
def test_an_alignment_is_asked_for_by_the_name_of_the_folder_that_its_command_writes(runs, changes):
    name = "otdd-random-align.epochs=3-optimizer.learning_rate=0.0001"
    with pytest.raises(SettingsError, match=f"ask for '{name}'"):
        runs.align_settings("openml_61", "minilm", f"otdd-random-{changes}")
    assert runs.align_settings("openml_61", "minilm", name)["align"].epochs == 3


@pytest.mark.parametrize("change", ["finetune.epochs=3", "align.epoch=3", "foo"])
def test_a_command_refuses_a_setting_that_its_alignment_does_not_read(
    tmp_path, monkeypatch, change
):
    monkeypatch.chdir(tmp_path)
    words = ["align", "openml_61", "minilm", "--distance", "otdd", "--start", "random"]
    with pytest.raises(SettingsError, match="^--set, "):
        orca([*words, "--seeds", "0", "--set", change], standalone_mode=False)


def test_a_group_of_settings_that_a_job_s_step_does_not_read_is_refused(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("settings: {finetune: {epochs: 3}}\n")
    job = JobSettings.read(path)
    assert job.groups(FINETUNE_READS, where=path)["finetune"].epochs == 3
    with pytest.raises(SettingsError, match="nothing reads a group of settings 'finetune' here"):
        job.groups(ALIGN_READS, where=path)
    tuned = {"finetune": {"epochs": 3}}  # may be there for the other stage
    assert set(JobSettings().groups(ALIGN_READS, tuned, where=path)) == set(ALIGN_READS)


# Jobs


def test_a_job_s_file_of_settings_has_what_its_step_reads_and_nothing_else():
    jobs = Jobs(read(hyperparameters={"minilm": "tuned"}))
    jobs.align_files(job("openml_61", "minilm"))
    jobs.finetune_files(job("openml_61", "minilm", method="orca_lora"))
    aligned, finetuned = jobs.settings_files.values()
    assert aligned["hyperparameters"] == finetuned["hyperparameters"] == "tuned"
    assert set(aligned["settings"]) == {"model", "optimizer", "align"}
    assert set(finetuned["settings"]) == {"model", "optimizer", "finetune"}


def test_a_dry_run_writes_no_settings(tmp_path, monkeypatch, runs):
    monkeypatch.chdir(tmp_path)
    jobs = Jobs(runs)
    jobs.finetune_files(job("openml_61", "minilm"))
    assert not list(tmp_path.iterdir())
    jobs.write_settings()
    (path,) = tmp_path.glob("results/finetuned/*/*/*/settings.yaml")
    before = path.stat().st_mtime_ns
    jobs.write_settings()
    assert path.stat().st_mtime_ns == before


def test_a_file_that_we_make_by_other_code_is_fetched_anew(runs, monkeypatch):
    jobs = Jobs(runs)
    simulated, downloaded = (
        SimpleNamespace(source=runs.source_of(task))
        for task in ("pde_advection_simulated_128", "cifar100")
    )
    before = [jobs.fetch_key(source) for source in (simulated, downloaded)]
    monkeypatch.setattr(Simulated, "recipe", "other code")
    after = [jobs.fetch_key(source) for source in (simulated, downloaded)]
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_the_seeds_of_short_runs_share_a_job_and_those_of_long_ones_do_not():
    pages = Pages(Jobs(read(hours_per_job=8)))
    many = [Run(task="openml_61", body="minilm", method="orca", seed=k) for k in range(5)]
    assert [seeds for *_, seeds in pages.shares(many)] == ["seeds0-4"]
    long = [run.model_copy(update={"task": "cifar100", "body": "swin_base"}) for run in many]
    assert len(list(pages.shares(long))) == 5
    alone = Pages(Jobs(read(hours_per_job=1e-9)))
    assert [seeds for *_, seeds in alone.shares(many)] == [f"seed{k}" for k in range(5)]


@pytest.mark.parametrize(("workers", "records"), [(1, 0), (3, 3)])
def test_a_lone_worker_is_the_closing_step(workers, records):
    runs = read(tune_workers=workers)
    assert len(Jobs(runs).search_files(job("cifar100"))["workers"]) == records


def test_another_number_of_workers_changes_no_key():
    one, two = (Jobs(read(tune_workers=n)).tune_key(job("cifar100")) for n in (1, 2))
    assert one == two


@pytest.mark.parametrize("method", list(METHODS))
def test_every_method_has_a_key_of_its_own(runs, method):
    jobs = Jobs(runs)
    keys = {name: jobs.finetune_key(job("ecg", "roberta_base", method=name)) for name in METHODS}
    assert [name for name, key in keys.items() if key == keys[method]] == [method]


def test_a_report_shows_its_own_tables_and_other_reports_that_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    jobs = Jobs(read(reports={"one": ["demo"], "two": ["demo_2d"]}))
    two = SimpleNamespace(report="two")
    for there, shown in ((False, ["demo_2d"]), (True, ["demo_2d", "demo"])):
        if there:
            (tmp_path / "results/tables").mkdir(parents=True)
            (tmp_path / "results/tables/demo.json").touch()
        files = Pages(jobs).report_files(two)
        assert jobs.settings_files["results/two.yaml"]["tables"] == shown
        assert not any("demo." in file for file in files)


def test_only_a_workflow_that_makes_pages_writes_what_pages_read(tmp_path, monkeypatch):
    """Two may run beside each other by two protocols; of these the one with tables has the say."""
    monkeypatch.chdir(tmp_path)
    runs, place = read(protocol="published"), Path(layout.path("experiment"))
    for keep in (
        lambda pages: pages.table_files(SimpleNamespace(table="demo")),
        lambda pages: pages.alignment_files(SimpleNamespace(table="demo")),
        lambda pages: pages.figure_files(SimpleNamespace(figure="figure_2")),
        lambda pages: pages.scores_there(),
    ):
        place.unlink(missing_ok=True)
        jobs = Jobs(runs)
        jobs.finetune_files(job("openml_61", "minilm", method="finetune"))
        jobs.write_settings()
        assert not place.exists()
        keep(Pages(jobs))
        jobs.write_settings()
        assert yaml.safe_load(place.read_text()) == {"protocol": "published"}


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("table_2", "ask for results/tables/table_2.md"),
        ("results/aligned/openml_61/minilm/otd-random/seed0.json", "'otdd'"),
        (
            "results/finetuned/openml_61/minilm/orca/seed0/weights.safetensors",
            "ask for results/finetuned/openml_61/minilm/orca/seed0.json",
        ),
        ("results/scores/openml_61/minilm/orcs/seed0.json", "'orca'"),
        ("results/scores/openml_6/minilm/orca/seed0.json", "'openml_61'"),
        ("results/scores/openml_61/minilmm/orca/seed0.json", "'minilm'"),
    ],
)
def test_a_misspelt_target_is_answered_with_the_nearest(target, near, runs):
    with pytest.raises(SettingsError, match=near):
        check_targets([target], runs)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            {"seeds": 0},
            r"config.yaml or what .* --config\), seeds: Input should be greater than or equal to 1",
        ),
        ({"tables": ["demoo"]}, "did you mean 'demo'"),
        ({"bodies": {"sequence": "robert_base"}}, "did you mean 'roberta_base'"),
        ({"hyperparameters": {"minlm": "default"}}, "did you mean 'minilm'"),
        ({"device": "gpu"}, r"--config\), device: String should match pattern"),
        ({"seeds_by_task": {"openml_16o": 2}}, "there is no task 'openml_16o'"),
    ],
)
def test_a_fault_in_the_configuration_is_named_with_the_mend(fault, told):
    with pytest.raises(SettingsError, match=told):
        read(**fault)


def test_a_body_s_source_can_be_any_declared_proxy():
    jobs = Jobs(read(proxies={"roberta_base": "conll2000_sentences"}))
    files = jobs.align_files(job("openml_61", "roberta_base"))
    assert files["source"] == "results/source/roberta_base/conll2000_sentences.safetensors"
    told = jobs.settings_files[
        "results/aligned/openml_61/roberta_base/otdd-pretrained/settings.yaml"
    ]
    assert told["proxy"] == "conll2000_sentences"
    with pytest.raises(SettingsError, match="did you mean 'conll2003' or 'conll2000'"):
        read(proxies={"roberta_base": "conll200"})


def test_a_body_s_source_is_the_published_one_under_that_protocol_unless_one_is_asked_for():
    assert PROXIES.as_published("cifar10") == "cifar10_official"
    for body in BODIES:
        own, published = (read(protocol=p).proxy_of(body) for p in ("sound", "published"))
        assert own == BODIES[body].proxy
        assert published == PROXIES.as_published(own)
        assert read(protocol="published", proxies={body: own}).proxy_of(body) == own
    jobs, asked_by = Jobs(read(protocol="published")), job("cifar100", "swin_base")
    features = "results/source/swin_base/cifar10_official.safetensors"
    assert jobs.align_files(asked_by)["source"] == features
    place = "results/aligned/cifar100/swin_base/otdd-pretrained/settings.yaml"
    assert jobs.settings_files[place]["proxy"] == "cifar10_official"
    assert jobs.runs.sources["cifar10"] == ("proxy", "cifar10")
    by_pare = Wildcards(fromdict={**dict(asked_by.items()), "method": "pare_released"})
    assert jobs.finetune_files(by_pare)["source"] == features


@pytest.mark.parametrize("name", PROXIES)
def test_every_proxy_can_be_planned_with_a_body_of_its_kind(name):
    body = {"text": "roberta_base", "image": "swin_base"}[PROXIES[name].kind]
    jobs = Jobs(read(proxies={body: name}))
    source = Path(jobs.align_files(job("ecg", body))["source"])
    raw = jobs.proxy_files(Wildcards(fromdict={"body": body, "proxy": source.stem}))["raw"]
    assert jobs.runs.sources[Path(raw).parent.name][0] == "proxy"


# The papers' protocol


def test_under_the_published_protocol_all_bodies_have_the_official_settings():
    runs = read(protocol="published", hyperparameters={"default": "tuned"})
    assert runs.origin("cifar100", "swin_base") == "published"
    assert "tuned" not in Jobs(runs).align_files(job("cifar100"))


def test_pare_as_released_has_pares_own_settings(runs):
    groups = runs.finetune_settings("ecg", "roberta_base", "pare_released")
    assert groups["optimizer"].learning_rate == 3e-5
    assert runs.finetune_settings("ecg_official", "roberta_base", "pare_released") == groups
    assert runs.finetune_settings("ecg", "roberta_base", "pare")["optimizer"].learning_rate == 1e-6
    darcy = runs.finetune_settings("darcy_flow", "swin_base", "pare_released")
    assert darcy["method"].frozen_query_key


def test_a_search_starts_from_the_official_settings():
    tuned = read(hyperparameters="tuned")
    groups = tuned.plain_settings("cifar100", "swin_base")
    assert groups["optimizer"].name == "sgd"
    assert read(hyperparameters="default").plain_settings("cifar100", "swin_base") != groups


# Resources


def test_a_second_attempt_gets_more_up_to_what_there_is(runs):
    needs, asked_by = JobResources(runs), job("cifar100")
    limits = [(needs.mb(work), 64_000) for work in memory.BY_WORK] + [
        (needs.minutes("finetune"), 2880)
    ]
    for need, most in limits:
        asked = [need(asked_by, n) for n in (1, 2, 50)]
        assert asked[0] < asked[1] < asked[2] == most


def test_no_attempt_asks_for_more_memory_than_the_limit():
    needs = JobResources(read(largest_job_mb=5_000))
    asked = [needs.mb("train")(job("cifar100"), n) for n in (1, 2)]
    asked += [needs.peer_mb(job("satellite", method="minirocket"), n) for n in (1, 2)]
    assert asked == [5_000] * 4


def test_larger_tasks_get_more_time_and_memory(runs):
    needs, small, large = JobResources(runs), job("darcy_flow"), job("cifar100")
    for need in (needs.mb("prepare"), needs.minutes("finetune")):
        assert need(small, 1) < need(large, 1)


def test_seeds_that_share_a_job_get_their_time_together():
    need = JobResources(read(longest_job_minutes=100_000)).minutes("finetune")
    one, five = (need(job("cifar100", seeds=seeds), 1) for seeds in ("seed0", "seeds0-4"))
    assert five - 30 == pytest.approx(5 * (one - 30), abs=5)


def test_a_cpu_run_asks_for_no_gpu_and_for_more_time():
    with_gpu, without = (
        JobResources(read(device=device, gpu_model="a100")) for device in ("auto", "cpu")
    )
    assert (with_gpu.gpu, with_gpu.gpu_model) == (1, "a100")
    assert (without.gpu, without.gpu_model) == (0, "")
    minutes = [n.minutes("align")(job("darcy_flow"), 1) for n in (with_gpu, without)]
    assert minutes[0] < minutes[1]


def test_a_peer_is_given_memory_for_all_rows_and_for_what_its_library_makes_of_them(runs):
    needs, asked = JobResources(runs), {}
    for task, declared in TASKS.items():
        sizes = assumed_sizes(declared)
        rows_mb = (sizes.fit + sizes.test) * math.prod(sizes.input_shape) * 4 / 1e6
        for name, peer in PEERS.items():
            if not peer.suits(declared):
                continue
            asked[task, name] = memory.peer_mb(declared, peer, "swin_base")
            width = 1024 if peer.on_body else math.prod(sizes.input_shape)  # of the body's features
            own_mb = peer.copies * sizes.fit * width * 4 / 1e6
            assert asked[task, name] >= memory.BASE_MB + rows_mb + own_mb
            assert needs.peer_mb(job(task, method=name), 1) == min(asked[task, name], 64_000)
    assert asked["satellite", "minirocket"] > 64_000  # no job asks for more than its limit
    assert asked["domainnet_real", "nearest_neighbour"] > 12_000  # its rows alone are 9.7 GB
    assert asked["openml_61", "linear_model"] < 6_100


def test_a_peer_on_a_frozen_body_is_given_memory_for_the_body_s_features():
    task, boosted = TASKS["satellite"], PEERS["frozen_boosted"]
    asked = {body: memory.peer_mb(task, boosted, body) for body in BODIES}
    features = 7 * assumed_sizes(task).fit * 4 / 1e6  # of one number each
    assert asked["minilm"] >= memory.BASE_MB + 384 * features
    for body in ("roberta_base", "mpnet_base", "modernbert_base", "swin_tiny"):
        assert asked[body] - asked["minilm"] == pytest.approx((768 - 384) * features, abs=1)


@pytest.mark.parametrize("task", list(TASKS))
def test_every_task_has_a_size(runs, task):
    names = {
        "task": task,
        "body": "swin_base",
        "method": "finetune",
        "alignment": "otdd-pretrained",
    }
    for step in ("align", "finetune", "evaluate", "tune_worker"):
        assert resources.run_seconds(runs, step, names, V100) > 0
    assert memory.training_mb(TASKS[task]) >= memory.BASE_MB
    assert memory.preparing_mb(TASKS[task]) > 0
