"""The command that takes a person's file the whole way."""

from pathlib import Path
from typing import Any

import click

from orca.commands.options import FILE
from orca.text_files import FAULTS, parse_yaml

COLUMNAR = (".csv", ".parquet")  # files whose inputs are columns, with commas between
KINDS = ("classes", "multi_label", "scalar", "field")


@click.command()
@click.argument("file", type=FILE)
@click.option("--target", help="The column, or the array, that is to be predicted.")
@click.option(
    "--inputs", help="The inputs' array, or columns with commas between; else all others."
)
@click.option("--kind", type=click.Choice(KINDS), help="What is predicted; else guessed.")
@click.option("--metric", help="What methods are compared by, a name in orca/evaluation/metrics.")
@click.option("--test", "test_path", type=FILE, help="A second file with the test samples.")
@click.option(
    "--set", "keys", multiple=True, help="KEY=VALUE of the entry (config/README.md); repeatable."
)
@click.option("--name", default="", help="Of the task; else the file's.")
@click.option("--body", "bodies", multiple=True, help="Pretrained body; repeatable.")
@click.option("--peers/--no-peers", default=None, help="Whether peers such as XGBoost run too.")
@click.option("--seeds", type=click.IntRange(min=1), help="Runs of each method.")
@click.option("--budget", default="", help="Such as 10min: fewer epochs where it takes longer.")
@click.option("--cores", type=click.IntRange(min=1), help="That jobs share; else all.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would run and cost, and stop.")
def run(file: Path, **said: Any) -> None:
    """Run a file of your own through all methods: csv, parquet, npz or HDF5.

    It says what it guesses of the file, writes that beside it as a config file, and ends with a
    table. Typed again after an interruption, it goes on.
    """
    from orca.own_run.run import Wishes
    from orca.own_run.run import run as run_file

    keys = said.pop("keys")
    given = {key: said.pop(key) for key in ("target", "inputs", "kind", "metric", "test_path")}
    entry: dict[str, Any] = {key: str(value) for key, value in given.items() if value}
    if "inputs" in entry and file.suffix in COLUMNAR:
        entry["inputs"] = entry["inputs"].split(",")
    peers = said.pop("peers")
    if peers is not None:
        entry["peers"] = peers
    run_file(file, Wishes(entry={**entry, **dict(map(_pair, keys))}, **said), say=click.echo)


def _pair(text: str) -> tuple[str, Any]:
    """Return the key and the value of KEY=VALUE, the value as YAML reads it."""
    key, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"'{text}' is not KEY=VALUE", param_hint="--set")
    try:
        return key, parse_yaml(value)
    except FAULTS as fault:
        raise click.BadParameter(f"'{value}' is no YAML: {fault}", param_hint="--set") from fault
