"""Which body lies closest to a task after alignment, of those that have been aligned to it.

Source: ORCA (ICML 2023), Table 13: there the smaller distance went with the smaller error.
"""

import json
import statistics
from collections import defaultdict
from pathlib import Path

from orca.errors import ResultsError
from orca.workflow import layout


def bodies(task: str) -> str:
    """Return the bodies aligned to a task by their held-out distance, the closest first.

    Distances are compared within an alignment: one distance, start and settings.

    Raises:
        ResultsError: if no body has been aligned to the task with samples held out.
    """
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    pattern = f"{layout.folder('aligned', task)}/*/*/seed*/run.json"
    for path in sorted(Path().glob(pattern)):
        body, alignment = path.parts[-4:-2]
        distance = json.loads(path.read_text())["held_out_distance"]
        if distance is not None:
            found[alignment][body].append(distance)
    if not found:
        aligned = layout.stamp(layout.folder("aligned", task, "<body>", "otdd-layer_norm"), "seed0")
        raise ResultsError(
            where=f"orca bodies {task}",
            what="no body has been aligned to this task with samples held out",
            mend=f"align some: snakemake {aligned}",
        )
    lines = []
    for alignment, by_body in sorted(found.items()):
        lines.append(alignment)
        means = {body: statistics.fmean(values) for body, values in by_body.items()}
        for body in sorted(means, key=means.__getitem__):
            values = by_body[body]
            lines.append(f"  {body:<20}{means[body]:>12.5g}   {len(values)} seeds")
    return "\n".join(lines)
