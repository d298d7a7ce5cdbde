"""The paths that a person asks for: whether their names are declared, and which rule has them."""

import re
from collections.abc import Collection

from orca.alignment.distance import DISTANCES
from orca.declarations import nearest
from orca.errors import SettingsError
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.peers.peer import NO_BODY, PEERS
from orca.reporting.declared_table import TABLES
from orca.workflow import layout
from orca.workflow.runs import Runs

BY_STAMP = ("aligned", "finetuned", "scores")  # steps whose runs are asked for by their job's stamp


def check_targets(targets: Collection[str], runs: Runs) -> None:
    """Check the names in the paths that were asked for.

    Raises:
        SettingsError: for the first that is not declared, with the nearest; or for a file of a
            run, with the path that makes it.
    """
    known: dict[str, Collection[str]] = {
        "source": runs.sources,
        "body": BODIES,
        "task": runs.tasks,
        "method": METHODS,
        "alignment": DISTANCES,
        "table": TABLES,
    }
    for target in targets:
        if target in TABLES and not TABLES[target].has_rule:
            raise SettingsError(
                where=target,
                what="a table is asked for by one of its files",
                mend=f"ask for {layout.path('tables', table=target)}.md",
            )
        kind, names = layout.parse(target)
        scored = {"method": [*METHODS, *PEERS], "body": [*BODIES, NO_BODY]}
        allowed = {**known, **scored} if kind == "scores" else known
        for what, part in names.items():
            name = layout.parse_alignment(part)[0] if what == "alignment" else part.split(".")[0]
            if name not in allowed[what]:
                raise SettingsError(
                    where=target,
                    what=f"there is no {'distance' if what == 'alignment' else what} '{name}'",
                    mend=nearest(name, list(allowed[what])),
                )
        folder = "/".join((layout.root(kind), *names.values())) if kind else ""
        run = target.removeprefix(f"{folder}/")
        if kind in BY_STAMP and len(names) == 3 and not re.fullmatch(r"[^/]*\.json", run):
            seeds = run.partition("/")[0]
            raise SettingsError(
                where=target,
                what="a run's folder is made as a whole, and no rule has its files",
                mend=f"ask for {layout.stamp(folder, seeds)}",
            )
