"""Which body lies closest to a task after alignment, of those that have been aligned to it.

Source: ORCA (ICML 2023), Table 13: there the smaller distance went with the smaller error.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from orca.text_files import read_mapping


def bodies_by_distance(records: Iterable[Path]) -> str:
    """Return the bodies of some alignments by their held-out distance, the closest first.

    Distances are compared within an alignment: one distance, start and settings. Empty if no
    alignment has samples held out. Records lie in `<body>/<alignment>/seed<k>/run.json`.
    """
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for path in records:
        body, alignment = path.parts[-4:-2]
        mend = f"make the alignment again: remove {path.parent} and run the same command"
        distance = read_mapping(path, mend=mend).get("held_out_distance")
        if isinstance(distance, float):
            found[alignment][body].append(distance)
    lines = []
    for alignment, by_body in sorted(found.items()):
        lines.append(alignment)
        means = {body: statistics.fmean(values) for body, values in by_body.items()}
        for body in sorted(means, key=means.__getitem__):
            lines.append(f"  {body:<20}{means[body]:>12.5g}   {len(by_body[body])} seeds")
    return "\n".join(lines)
