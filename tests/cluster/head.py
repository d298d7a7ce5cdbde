"""Snakemake with its Slurm executor, which asks every two seconds how its jobs do.

It asks ever more rarely while nothing ends: the end of a job of a minute is seen half a minute late.
"""

import sys

from snakemake.cli import main
from snakemake_executor_plugin_slurm import Executor

Executor.next_seconds_between_status_checks = property(lambda self: 2, lambda self, seconds: None)

if __name__ == "__main__":
    sys.exit(main())
