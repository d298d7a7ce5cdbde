"""What a method is: where it starts, how it aligns, what it trains.

Each declared method has a twin, `<name>_released`, which stands for it under `protocol: published`
and fixes how ORCA's released code runs a method: the kernel is the smallest divisor, dense heads
pool, pseudo-labels have ten clusters, no samples are held out, a class of one target sample is left
out of alignment, micro-batches left over at an epoch's end are dropped, and the test split chooses
the epoch.

Source: github.com/sjunhongshen/ORCA, commit 19b8c1c.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from orca.alignment.distance import DISTANCES
from orca.declarations import Declarations
from orca.models.settings import BodyStart, EmbedderStart
from orca.settings import Settings, merge

ENDING = "_released"
FIXES: dict[str, dict[str, Any]] = {  # of every twin
    "model": {"kernel_rule": "smallest_divisor", "dense_head": "pooling"},
    "align": {"clusters": 10, "held_out": False, "single_samples": False},
    "finetune": {"selection": "test_as_published", "accumulate": "official"},
}


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way of tuning a body to a task.

    Args:
        title: as it stands in a table.
        origin: the paper and section that propose it.
        start: whether the body starts from its pretrained weights or from random ones.
        embedder: how the embedder starts, before any alignment; see `build_embedder`.
        alignment: the distance that stage two brings down, a name in
            `orca.alignment.distances`; empty for none.
        fixes: settings that are part of the method whatever a task's are, by group and key:
            `{"model": {"kernel": 1}}`, `{"align": {"epochs": 20}}`,
            `{"distances": {"otdd": {"reg": 0.01}}}`.
        settings: the method's own settings; in a configuration their group has the name of the
            module that declares the class.
        trains: freezes weights of the assembled model, or adds small ones to it; it is called with
            the model, the method's own settings and a generator. None trains all weights.
        needs_source: whether stage three reads the body's cached source samples.
        objective: names what makes the loss that stage three descends ("module:function"), from
            an `orca.methods.objectives.objective.ObjectiveInputs`; empty for the plain task loss.
        variant_of: the method that this one varies; a variant joins no table of all methods.
        as_published: whether it stands for that method under `protocol: published`.
        released: fields of its twin, by name, that ORCA's released code has otherwise, beyond what
            every twin has otherwise.
    """

    title: str
    origin: str
    start: BodyStart = "pretrained"
    embedder: EmbedderStart = "random"
    alignment: str = ""
    fixes: Mapping[str, Any] = field(default_factory=dict)
    settings: type[Settings] | None = None
    trains: Callable[..., None] | None = None
    needs_source: bool = False
    objective: str = ""
    variant_of: str = ""
    as_published: bool = False
    released: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings_group(self) -> str:
        """The name of the group of the method's own settings; empty if it has none."""
        return self.settings.__module__.rpartition(".")[2] if self.settings else ""

    def own_settings(self, given: Mapping[str, Any]) -> Settings | None:
        """Return the method's own settings, `given` over their defaults; None if it has none."""
        return self.settings.model_validate(given) if self.settings else None

    def twin(self, name: str) -> "Method":
        """Return the twin of the method, whose name is `name`."""
        twin = replace(
            self,
            title=f"{self.title} (released code)",
            alignment=DISTANCES.as_published(self.alignment),
            fixes=merge(FIXES, self.fixes),
            variant_of=name,
            as_published=True,
            released={},
        )
        return replace(twin, **self.released)


class MethodDeclarations(Declarations[Method]):
    """All declared methods, each with its twin."""

    def _declared_in(self, module: ModuleType) -> dict[str, Method]:
        declared = super()._declared_in(module)
        return declared | {f"{name}{ENDING}": m.twin(name) for name, m in declared.items()}


METHODS = MethodDeclarations("orca.methods", "method")
