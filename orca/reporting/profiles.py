"""Performance profiles after Dolan and Moré: exact step functions, kept as their steps."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orca.reporting.filled_table import FilledTable, Whose
from orca.reporting.summary import competition


@dataclass(frozen=True)
class Profile:
    """One method's step function, continuous from the right.

    Args:
        method: whose it is.
        ratios: rising τ at which the function steps; the first is 1.
        fractions: its value from each of them to the next.
    """

    method: str
    ratios: tuple[float, ...]
    fractions: tuple[float, ...]


def performance_profiles(errors: Mapping[str, Sequence[float]]) -> list[Profile]:
    """Return each method's profile: the fraction of tasks with error / (least error) ≤ τ.

    Ties share the ratio 1, so at τ = 1 the fractions of several methods may add up to more than
    one. A failure, of infinite error, never comes within any τ, and the task still counts. Where
    the least error is 0, a method that reaches it has the ratio 1 and every other an infinite
    one: no factor times 0 reaches a positive error.

    Args:
        errors: for each method its error on every task, in one order; ≥ 0, lower is better.

    Raises:
        ValueError: if an error is negative or not a number, or the methods' tasks differ.

    Source: Dolan and Moré 2002 (Mathematical Programming 91), section 2, with r_M = infinity.
    """
    counts = {len(values) for values in errors.values()}
    if len(counts) > 1:
        raise ValueError("every method needs an error for every task")
    if any(not value >= 0 for values in errors.values() for value in values):
        raise ValueError("errors must be numbers, and not negative")
    tasks = counts.pop() if counts else 0
    if tasks == 0:
        return []
    least = [min(values[task] for values in errors.values()) for task in range(tasks)]
    profiles = []
    for method, values in errors.items():
        ratios = [_ratio(value, best) for value, best in zip(values, least, strict=True)]
        steps = sorted({1.0, *(ratio for ratio in ratios if math.isfinite(ratio))})
        fractions = [sum(ratio <= step for ratio in ratios) / tasks for step in steps]
        profiles.append(Profile(method, tuple(steps), tuple(fractions)))
    return profiles


def _ratio(error: float, least: float) -> float:
    if math.isinf(error):
        return math.inf
    if least == 0:
        return 1.0 if error == 0 else math.inf
    return error / least


@dataclass(frozen=True)
class Panel:
    """The profiles of one side of a table, ours or the paper's.

    Args:
        title: whose numbers they are.
        profiles: one for each method that competes, in the table's order.
        tasks: rows that every competing method has a result on.
        of: all rows.
    """

    title: str
    profiles: tuple[Profile, ...]
    tasks: int
    of: int


def panels(table: FilledTable) -> list[Panel]:
    """Return the profiles of the published numbers and of ours, each if there are any."""
    sides: list[tuple[str, Whose]] = [("published", "theirs"), ("ours", "ours")]
    found = []
    for title, whose in sides:
        if whose == "ours" and not any(c.ours and c.ours.runs for row in table.cells for c in row):
            continue
        if whose == "theirs" and not table.has_theirs:
            continue
        columns, rows, errors = competition([list(row) for row in table.cells], whose)
        by_method = {
            table.columns[column].title: [row[place] for row in errors]
            for place, column in enumerate(columns)
        }
        profiles = performance_profiles(by_method) if rows else []
        found.append(Panel(title, tuple(profiles), len(rows), len(table.rows)))
    return found


def to_csv(found: Sequence[Panel]) -> str:
    """Return every step of every curve."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("whose", "method", "tau", "fraction", "tasks"))
    for panel in found:
        for profile in panel.profiles:
            for ratio, fraction in zip(profile.ratios, profile.fractions, strict=True):
                writer.writerow((panel.title, profile.method, ratio, fraction, panel.tasks))
    return out.getvalue()
