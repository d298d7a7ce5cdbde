"""Makes `python -m orca` the command line, for launchers that start modules."""

from orca.cli import main

main()
