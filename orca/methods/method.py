"""What a method is: where it starts, how it aligns, what it trains, where it is compared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from orca.declarations import Declarations


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way of tuning a body to a task.

    Args:
        title: as it stands in a table.
        origin: the paper and section that propose it.
        start: whether the body starts from its pretrained weights or from random ones.
        embedder: how the embedder starts, apart from any alignment: `random`; `layer_norm`
            copies the body's embedding norm; `copied` copies all that fits (patch filters, norm).
        alignment: the distance that stage two brings down, a name in
            `orca.alignment.distances`; empty for none.
        trains: which weights stage three trains: `all`; `layer_norms` with embedder and
            predictor.
        compared_in: comparisons it belongs to; a table of one of these gains it as a column.
        needs_source: whether stage three reads the body's cached source samples.
        objective: makes the loss that stage three descends, given the assembled model, the
            task's loss, the settings and the source's labelled features; None for the plain
            task loss.
    """

    title: str
    origin: str
    start: Literal["pretrained", "random"] = "pretrained"
    embedder: Literal["random", "layer_norm", "copied"] = "random"
    alignment: str = ""
    trains: Literal["all", "layer_norms"] = "all"
    compared_in: tuple[str, ...] = ()
    needs_source: bool = False
    objective: Callable[..., Any] | None = None


METHODS: Declarations[Method] = Declarations("orca.methods", "method")
