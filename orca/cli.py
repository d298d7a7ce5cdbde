"""The command line: one verb per step and per question, each in `orca.commands`."""

import errno
import faulthandler
import sys
from typing import NoReturn

import click

from orca import logs
from orca.commands import data, finished, own, peers, questions, results, training
from orca.errors import OrcaError

NO_ROOM = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
)
IN_THE_WAY = (
    errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ELOOP, errno.ENXIO,
    errno.ENODEV, errno.ENAMETOOLONG,
)  # fmt: skip
MENDS = {
    **dict.fromkeys(NO_ROOM, "make room on the disk or name another folder"),
    **dict.fromkeys(IN_THE_WAY, "remove what lies there, or name another place"),
}
VERBS = (
    own.run,
    data.fetch,
    data.fetch_body,
    data.prepare,
    data.data,
    training.pretrain_body,
    training.embed_source,
    training.source_terms,
    training.tune,
    training.align,
    training.finetune,
    finished.evaluate,
    finished.predict,
    finished.export,
    peers.peer,
    results.tabulate,
    results.plot,
    results.report,
    results.published,
    results.compare,
    results.scores,
    questions.plan,
    questions.bodies,
    questions.inspect,
    questions.write_config_reference,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="orca-cross-modal")
@click.option("-v", "--verbose", is_flag=True, help="Log every epoch.")
@click.option(
    "--runs-per-gpu",
    type=click.IntRange(min=1),
    default=1,
    envvar="ORCA_RUNS_PER_GPU",
    help="So many commands may share a GPU.",
)
def orca(verbose: bool, runs_per_gpu: int) -> None:  # noqa: FBT001 (click passes options by name)
    """Fine-tune pretrained transformers across modalities: align, then refine."""
    del runs_per_gpu  # `orca.commands.options.device_of` reads it
    logs.set_up(verbose=verbose)


for verb in VERBS:
    orca.add_command(verb)


def main() -> None:
    """Run the command line; an error that a person can put right is printed without a trace."""
    faulthandler.enable()  # a library that ends the process leaves a word in the log
    logs.set_up()
    try:
        orca(standalone_mode=False)
    except OrcaError as fault:
        logs.log.error("%s", fault)
        sys.exit(fault.exit_status)
    except OSError as fault:
        if fault.errno not in MENDS:
            raise
        mend = f"{MENDS[fault.errno]}, then run the same command again"
        _end(fault.filename or "the disk", str(fault.strerror), mend)
    except MemoryError as fault:
        what = f"it does not suffice {fault}".rstrip()
        _end("the memory", what, "run fewer jobs at a time, or take a smaller file")
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except (click.Abort, KeyboardInterrupt):
        logs.log.error("stopped; the same command goes on from here")
        sys.exit(130)


def _end(where: str, what: str, mend: str) -> NoReturn:
    logs.log.error("%s", OrcaError(where=where, what=what, mend=mend))
    sys.exit(OrcaError.exit_status)


if __name__ == "__main__":
    main()
