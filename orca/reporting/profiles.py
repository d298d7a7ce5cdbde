"""Performance profiles after Dolan and Moré: exact step functions, and their drawing."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from orca.provenance import write_text
from orca.reporting.competition import Competition, competitions
from orca.reporting.look import COLUMN, PAGE, legend_below, look, say, style
from orca.reporting.table_records import read_table

Steps = list[tuple[float, float]]  # each τ, and the fraction of tasks from it to the next
FARTHEST = 100.0  # largest τ drawn; beyond it lie outliers that would hide the rest


def performance_profiles(errors: Mapping[str, Sequence[float]]) -> dict[str, Steps]:
    """Return each method's profile: the fraction of tasks with error / (least error) ≤ τ.

    Ties share the ratio 1, so at τ = 1 the fractions of several methods may add up to more than
    one. A failure, of infinite error, never comes within any τ, and the task still counts. Where
    the least error is 0, a method that reaches it has the ratio 1 and every other an infinite
    one: no factor times 0 reaches a positive error.

    Args:
        errors: for each method its error on every task, in one order; ≥ 0, lower is better.

    Returns:
        The steps of each method's function, which is continuous from the right; the first is at 1.

    Raises:
        ValueError: if an error is negative or not a number, or the methods' tasks differ.

    Source: Dolan and Moré 2002 (Mathematical Programming 91), section 2, with r_M = infinity.
    """
    if len(set(map(len, errors.values()))) > 1:
        raise ValueError("every method needs an error for every task")
    values = np.array(list(errors.values()), float)
    if not (values >= 0).all():
        raise ValueError("errors must be numbers, and not negative")
    if not values.size:
        return {}
    with np.errstate(all="ignore"):
        ratios = np.where(values == 0, 1.0, values / values.min(axis=0))
    return {
        method: [
            (float(step), float((of_method <= step).mean()))
            for step in np.unique([1.0, *of_method[np.isfinite(of_method)]])
        ]
        for method, of_method in zip(errors, ratios, strict=True)
    }


def plot_profile(table_json: Path, stem: Path, protocol: str) -> None:
    """Draw a table's performance profiles, published and ours, and write every step as CSV."""
    table = read_table(table_json)
    found = [(each, performance_profiles(each.by_title(table))) for each in competitions(table)]
    alone = len(found) <= 1
    stem.parent.mkdir(parents=True, exist_ok=True)
    with look(COLUMN if alone else PAGE, 2.8, stem, protocol=protocol) as figure:
        axes = figure.subplots(1, max(len(found), 1), sharey=True, squeeze=False)[0]
        for axis, (held, profiles) in zip(axes, found, strict=False):
            _draw(axis, held, profiles, alone=alone)
        axes[0].set_ylabel("fraction of tasks")
        legend_below(figure, axes, columns=2 if alone else 3)
        if not found:
            say(axes[0], "this table has no numbers yet")
    write_text(stem.with_name(f"{stem.name}.csv"), _to_csv(found))


def _to_csv(found: Sequence[tuple[Competition, Mapping[str, Steps]]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("whose", "method", "tau", "fraction", "tasks"))
    for held, profiles in found:
        for method, steps in profiles.items():
            writer.writerows((held.side, method, *step, held.tasks) for step in steps)
    return out.getvalue()


def _draw(axis: Any, held: Competition, profiles: Mapping[str, Steps], *, alone: bool) -> None:
    axis.set_title(held.over if alone else f"{held.side}, {held.over}")
    if not profiles:
        say(axis, "no task has a result of\nevery method yet")
        return
    largest = max(steps[-1][0] for steps in profiles.values())
    end = min(max(largest * 1.06, 1.1), FARTHEST)
    for index, (method, steps) in enumerate(profiles.items()):
        kept = [step for step in steps if step[0] <= end]
        curve = zip(*kept, (end, kept[-1][1]), strict=True)
        axis.step(*curve, where="post", label=method, zorder=3 - 0.1 * index, **style(index))
    if end > 3:
        axis.set_xscale("log")
        ticks = [t for t in (1, 1.5, 2, 3, 5, 10, 20, 50, 100) if t <= end]
        axis.set_xticks(ticks, [f"{t:g}" for t in ticks])
        axis.minorticks_off()
    axis.set_xlim(1, end)
    axis.set_ylim(-0.02, 1.03)
    axis.set_xlabel("τ (error as a multiple of the least)")
