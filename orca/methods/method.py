"""What a method is: where it starts, how it aligns, what it trains, where it is compared."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from orca.declarations import Declarations
from orca.errors import SettingsError
from orca.settings import FinetuneSettings, checked, merge


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
        fixes: settings of the model or of stage two that are part of the method, whatever a task's
            are: `{"kernel": 1}`, `{"align": {"epochs": 20}}`.
        trains: which weights stage three trains, a name in `orca.models.trainable`: `all`; of
            the body only `layer_norms`, or all but query and key; `lora` or `prompts` for small
            weights that are added to it.
        chooses_body: whether a run takes, of the bodies it is given, the one whose distance after
            alignment is smallest (`closest_body`).
        compared_in: comparisons it belongs to; a table of one of these gains it as a column.
        needs_source: whether stage three reads the body's cached source samples.
        objective: makes the loss that stage three descends, from
            `orca.methods.objectives.objective.Making`; a frozen dataclass, so that its text tells
            what it is; None for the plain task loss.
    """

    title: str
    origin: str
    start: Literal["pretrained", "random"] = "pretrained"
    embedder: Literal["random", "layer_norm", "copied"] = "random"
    alignment: str = ""
    fixes: Mapping[str, Any] = field(default_factory=dict)
    trains: Literal["all", "all_but_query_key", "layer_norms", "lora", "prompts"] = "all"
    chooses_body: bool = False
    compared_in: tuple[str, ...] = ()
    needs_source: bool = False
    objective: Callable[..., Any] | None = None

    def fixed(self, settings: FinetuneSettings) -> FinetuneSettings:
        """Return settings with those that the method fixes put over them."""
        merged = merge(settings.model_dump(), self.fixes)
        return checked(FinetuneSettings, merged, where=f"what the method '{self.title}' fixes")

    @property
    def alignment_key(self) -> str:
        """Folder name of its alignment, which methods of equal alignment share; empty for none."""
        start = [] if self.embedder == "layer_norm" else [self.embedder]
        fixed = [f"{key}{value}" for key, value in leaves(self.fixes)]
        return "-".join([self.alignment, *start, *fixed]) if self.alignment else ""


def leaves(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the settings of nested groups, each by its own key."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from leaves(value)
        else:
            yield key, value


def closest_body(distances: Mapping[str, float]) -> str:
    """Return the body whose distance after alignment is smallest.

    Args:
        distances: by body; all by the same distance and settings, on the same task and seed.

    Raises:
        SettingsError: if there is none, or one is not finite.

    Source: ORCA (ICML 2023), Table 13: there the smaller distance went with the smaller error.
    """
    odd = [body for body, distance in distances.items() if not math.isfinite(distance)]
    if odd or not distances:
        raise SettingsError(
            where="choosing a body by its distance",
            what=f"the distance of '{odd[0]}' is not finite" if odd else "there is no body",
            mend="align each body again, or leave it out of the bodies to choose from",
        )
    return min(sorted(distances), key=distances.__getitem__)


METHODS: Declarations[Method] = Declarations("orca.methods", "method")
