import gc

from snakemake.utils import min_version

from orca.configuration import config_folder

min_version("9.12")
# Snakemake's modules stay to the end. Where the collector looks at them again and at exit takes them
# apart, half a second goes, a fifth of planning a score. Once in a process, whose garbage stays too.
if not gc.get_freeze_count():
    gc.freeze()


configfile: str(config_folder() / "config.yaml")
configfile: str(config_folder() / "demo.yaml")


report: "workflow/report/workflow.rst"


# Satisfies the linter; has no effect without `--software-deployment-method apptainer`.
container: "docker://orca-cross-modal"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/source.smk"
include: "workflow/rules/tune.smk"
include: "workflow/rules/align.smk"
include: "workflow/rules/finetune.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/results.smk"


onstart:
    JOBS.write_settings()
    # By Snakemake's own bound on starts, 100 a second, each job that ends leaves a timer behind that
    # weighs all waiting jobs once a second: of 200, after 50 jobs, most of a core.
    limiter = workflow.scheduler.job_rate_limiter
    if limiter and (limiter.max_jobs, limiter.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None


onerror:
    if text := what_failed(log):
        print(f"\nWhat failed:\n{text}", file=sys.stderr)
    waiting = {
        job for job in workflow.dag.needrun_jobs() if job.rule.name == "tabulate"
    }
    tables = {job.wildcards.table for job in waiting - workflow.scheduler.failed}
    left = {table: RUNS.of_table(table) for table in sorted(tables)}
    if text := tables_left(left, Path(layout.root("scores"))):
        print(f"\n{text}", file=sys.stderr)


rule all:
    """Every table and figure that the configuration names, and the report."""
    default_target: True
    input:
        lambda wildcards: PAGES.all_files(),
    localrule: True


rule demo:
    """The offline default: real tables, simulated physics, a real small body."""
    input:
        lambda wildcards: PAGES.figures_of_table("demo"),
        layout.path("report", report="report"),
    localrule: True


rule demo_2d:
    """The demo on grids: simulated fields, a small body that is pretrained on the way."""
    input:
        lambda wildcards: PAGES.figures_of_table("demo_2d"),
        layout.path("report", report="report_2d"),
    localrule: True
