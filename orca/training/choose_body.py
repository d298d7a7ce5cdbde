"""Chooses, of several bodies that were aligned to one task, the one that came closest."""

from collections.abc import Mapping
from pathlib import Path

from orca.errors import SettingsError
from orca.logs import log
from orca.methods.method import closest_body
from orca.provenance import write_json
from orca.training.record import digests, read_run

ALIKE = ("task", "task_digest", "seed", "distance", "distance_settings")


def choose_body(aligned: Mapping[str, Path], out: Path) -> None:
    """Write which body lies closest to its own source after alignment, and by how much.

    Compared are the distances of the held-out samples, as the alignments recorded them.

    Args:
        aligned: `run.json` of an alignment, by body.
        out: the JSON file: `body`, `distances` by body, `inputs` with the records' digests.

    Raises:
        SettingsError: if the alignments are not of one task, seed and distance, or one has no
            held-out samples.

    Source: ORCA (ICML 2023), Table 13, which compares the plain distances of bodies of other
    widths and sources.
    """
    records = {body: read_run(path) for body, path in aligned.items()}
    first = next(iter(records))
    for body, record in records.items():
        for name in ALIKE:
            if record[name] != records[first][name]:
                raise SettingsError(
                    where=str(aligned[body]),
                    what=f"its {name} is {record[name]}, that of {first} is {records[first][name]}",
                    mend="compare alignments of one task, seed and distance",
                )
        if record["held_out_distance"] is None:
            raise SettingsError(
                where=str(aligned[body]),
                what="the task has no validation samples, on which the bodies are compared",
                mend="name a body instead, with the method 'orca'",
            )
    distances = {body: float(record["held_out_distance"]) for body, record in records.items()}
    body = closest_body(distances)
    log.info("%s is closest; held-out distances: %s", body, distances)
    inputs = digests(list(aligned.values()))
    write_json(out, {"body": body, "distances": distances, "inputs": inputs})
