"""The jobs that Snakemake would run for some targets, from its own dry run."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orca.errors import OrcaError, SettingsError
from orca.workflow import layout
from orca.workflow.runs import Runs


@dataclass(frozen=True)
class Job:
    """A job that would run: its rule, and its wildcards by name."""

    step: str
    wildcards: Mapping[str, str]

    @property
    def runs(self) -> int:
        """Runs that it makes: one for each seed."""
        return len(layout.seeds_of(self.wildcards.get("seeds", "seed0")))


def planned_jobs(
    targets: Sequence[str], *, snakefile: Path, config_files: Sequence[Path], folder: Path
) -> tuple[list[Job], Runs]:
    """Return the jobs that Snakemake would run for some targets, and the runs they are from.

    Args:
        targets: files or rules.
        snakefile: of the workflow.
        config_files: laid over the workflow's own.
        folder: that the results lie in.

    Raises:
        OrcaError: if a file or a setting is at fault.
        SettingsError: if Snakemake cannot make a target for another reason; it has printed why.
    """
    from snakemake.api import SnakemakeApi
    from snakemake.settings import types

    with SnakemakeApi(types.OutputSettings(quiet={types.Quietness.ALL}, dryrun=True)) as api:
        logging.disable(logging.CRITICAL)
        try:
            workflow = api.workflow(
                resource_settings=types.ResourceSettings(cores=1),
                config_settings=types.ConfigSettings(configfiles=list(config_files)),
                snakefile=snakefile,
                workdir=folder,
            )
            dag = workflow.dag(types.DAGSettings(targets=set(targets), force_incomplete=True))
            dag.execute_workflow(executor="dryrun")
        except Exception as fault:
            logging.disable(logging.NOTSET)
            if declared := _declared(fault):
                raise declared from None
            api.print_exception(fault)
            raise SettingsError(
                where=f"orca plan {' '.join(targets)}",
                what="Snakemake cannot plan it, as said above",
                mend="name a file under results/, or a rule such as `all` or `demo`",
            ) from fault
        finally:
            logging.disable(logging.NOTSET)
        inner = workflow._workflow  # the API itself does not give the jobs out
        order = {rule.name: place for place, rule in enumerate(inner.rules)}
        found = [job for job in inner.dag.jobs if inner.dag.finished(job) and job.output]
        found.sort(key=lambda job: order[job.rule.name])
        runs: Runs = inner.globals["RUNS"]
    return [Job(job.rule.name, dict(job.wildcards.items())) for job in found], runs


def _declared(fault: BaseException | None) -> OrcaError | None:
    """Return the error of ours that Snakemake wraps in its own, if it is one."""
    while fault is not None and not isinstance(fault, OrcaError):
        fault = fault.__cause__ or fault.__context__
    return fault
