"""The key of a search."""

from collections.abc import Mapping, Sequence

from orca.data.task import Task
from orca.settings import Groups
from orca.training.key import Uses
from orca.tuning.settings import TuningSettings

METHOD = "finetune"  # what a search trains (ORCA, A.2.2)


def tune_key(
    *,
    task: Task,
    body: str,
    settings: Groups,
    search: TuningSettings,
    space: Mapping[str, Sequence[object]],
) -> str:
    """Return the key of a search.

    Args:
        task: its declaration.
        body: its name.
        settings: `model`, `optimizer` and `finetune`, before the search.
        search: its own settings.
        space: allowed values by setting, `group.key`.
    """
    uses = Uses(
        step="tuning/search.py",
        settings={**settings, "search": search},
        task=task,
        body=body,
        method=METHOD,
        losses=(task.loss,),
        metrics=(task.metric,),
        facts={"space": {key: list(values) for key, values in space.items()}},
    )
    return uses.key
