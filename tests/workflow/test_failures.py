"""What a person sees of a job that failed."""

from orca.workflow.failures import what_failed

SNAKEMAKE = """Error in rule prepare:
    jobid: 0
    log: {} (check log file(s) for error details)
    shell:
"""


def said(tmp_path, text):
    (tmp_path / "job.log").write_text(text)
    (tmp_path / "snakemake.log").write_text(SNAKEMAKE.format(tmp_path / "job.log"))
    return what_failed([tmp_path / "snakemake.log"])


def test_the_declared_lines_of_a_failed_job_are_shown_and_no_others(tmp_path):
    log = "12:08:37 fetching\n12:08:38 a.csv: it has no rows\nMend: put the samples below it\n"
    shown = said(tmp_path, log)
    assert shown.startswith("a.csv: it has no rows\nMend: put the samples below it\n(")
    assert "fetching" not in shown


def test_of_an_undeclared_fault_the_last_line_and_the_log_are_shown(tmp_path):
    shown = said(
        tmp_path, "12:08:37 fetching\nTraceback (most recent call last):\n  x\nKeyError: 1\n"
    )
    assert shown == f"{tmp_path}/job.log: KeyError: 1"


def test_a_job_without_a_log_is_named(tmp_path):
    (tmp_path / "snakemake.log").write_text(SNAKEMAKE.format("gone.log"))
    assert what_failed([tmp_path / "snakemake.log"]) == "gone.log: it says nothing"
