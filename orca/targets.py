"""The paths that a person asks for: whether their names are declared."""

from collections.abc import Collection, Mapping
from pathlib import Path

from orca.declarations import nearest
from orca.errors import SettingsError
from orca.grid import ALIGNMENTS, METHODS_THAT_CHOOSE, Grid
from orca.jobs import RESULTS
from orca.methods.method import METHODS
from orca.models.body import BODIES, CLOSEST
from orca.reporting.table import TABLES

PLACES = {  # what the folders of a path under results/ name
    "raw": ("source",),
    "bodies": ("body",),
    "prepared": ("task",),
    "source": ("body",),
    "tuned": ("task", "body"),
    "aligned": ("task", "body", "alignment"),
    "finetuned": ("task", "body", "method"),
    "scores": ("task", "body", "method"),
    "predictions": ("task", "body", "method"),
    "tables": ("table",),
}


def check_targets(targets: Collection[str], grid: Grid) -> None:
    """Check the names in the paths that were asked for.

    Args:
        targets: what Snakemake is asked for.
        grid: all runs that can be asked for.

    Raises:
        SettingsError: for the first that is not declared; it offers the nearest.
    """
    known: dict[str, Collection[str]] = {
        "source": grid.sources,
        "body": (*BODIES, CLOSEST),
        "task": grid.tasks,
        "method": METHODS,
        "alignment": ALIGNMENTS,
        "table": TABLES,
    }
    for target in targets:
        root, *parts = Path(target).parts or (target,)  # the path `.` has no parts
        if root != RESULTS or not parts:
            continue
        for kind, part in zip(PLACES.get(parts[0], ()), parts[1:], strict=False):
            name = part.partition(".")[0]
            if name not in known[kind]:
                raise SettingsError(
                    where=target,
                    what=f"there is no {kind} '{name}'",
                    mend=nearest(name, list(known[kind])),
                )
        _check_choice(target, dict(zip(PLACES.get(parts[0], ()), parts[1:], strict=False)))


def _check_choice(target: str, names: Mapping[str, str]) -> None:
    """Check that a body stands with methods that are given one, and with no others."""
    body, method = names.get("body", ""), names.get("method", "").partition(".")[0]
    chooses = method in METHODS_THAT_CHOOSE
    if chooses and body != CLOSEST:
        raise SettingsError(
            where=target,
            what=f"the method '{method}' chooses its body itself",
            mend=f"ask for {target.replace(f'/{body}/', f'/{CLOSEST}/')}",
        )
    if body == CLOSEST and not chooses:
        raise SettingsError(
            where=target,
            what=f"'{CLOSEST}' is no body, but stands for one that a method chooses",
            mend=f"name a body, or one of these methods: {', '.join(METHODS_THAT_CHOOSE)}",
        )
