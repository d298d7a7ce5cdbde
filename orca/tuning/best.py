"""The end of a search: its trials as a table and as pictures, and the settings that it found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.trial import FrozenTrial, TrialState
from pydantic import BaseModel, ConfigDict

from orca.errors import SettingsError, TrainingError
from orca.provenance import environment, write_text
from orca.settings import checked, nested
from orca.text_files import read_record
from orca.training.record import write_history
from orca.training.settings import FINETUNE_READS, GROUPS
from orca.tuning.search import Search
from orca.tuning.study import ended, scores
from orca.tuning.trial_figures import draw_importance, draw_trials


def close(search: Search, out: Path) -> None:
    """Write what a search has found, after its workers are done.

    Args:
        search: which one.
        out: folder for `trials.csv`, `best.yaml` and the pictures `trials` and `importance`.

    Raises:
        TrainingError: if no trial ended with a score.
    """
    study = search.study()
    whole = [trial for trial in ended(study) if trial.state == TrialState.COMPLETE]
    if not whole:
        reasons = {t.user_attrs["reason"] for t in ended(study) if "reason" in t.user_attrs}
        raise TrainingError(
            where=f"the search for {search.setup.task_name} with {search.setup.body}",
            what="no trial ended with a score: " + "; ".join(sorted(reasons)),
            mend="widen the space in config/search_space.yaml, or set `hyperparameters: default`",
        )
    out.mkdir(parents=True, exist_ok=True)
    write_history(out / "trials.csv", [_row(trial) for trial in ended(study)])
    best = min(whole, key=lambda trial: (trial.value, trial.number))
    draw_trials(ended(study), out / "trials", metric=search.setup.task.metric, best=best.number)
    draw_importance(ended(study), out / "importance", min_epochs=search.settings.min_epochs)
    summary = _summary(search, study, best)
    write_text(out / "best.yaml", yaml.safe_dump(summary, sort_keys=False))


def _row(trial: FrozenTrial) -> dict[str, Any]:
    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    return {
        "trial": trial.number,
        "state": trial.state.name.lower(),
        **trial.params,
        "epochs": len(trial.intermediate_values),
        "error": trial.value,
        "errors_by_epoch": " ".join(f"{value:.6g}" for _, value in scores(trial)),
        "seconds": round(seconds, 1),
        "reason": trial.user_attrs.get("reason", "").replace("\n", " "),
    }


def _summary(search: Search, study: optuna.Study, best: FrozenTrial) -> Mapping[str, Any]:
    over = ended(study)
    default = study.get_trials(deepcopy=False)[0]
    return {
        "settings": dict(best.params),
        "origin": {
            "task": search.setup.task_name,
            "body": search.setup.body,
            "metric": search.setup.task.metric,
            "trial": best.number,
            "error": best.value,
            "error_of_default": default.value,
            "trials": len(over),
            "stopped_early": sum(trial.state == TrialState.PRUNED for trial in over),
            "failed": sum(trial.state == TrialState.FAIL for trial in over),
            "epochs": sum(len(trial.intermediate_values) for trial in over),
            "search": search.settings.model_dump(mode="json"),
            "study": search.name,
            "commit": environment()["commit"],
        },
    }


class Best(BaseModel):
    """What is read of `best.yaml`."""

    model_config = ConfigDict(extra="allow")

    settings: dict[str, Any]
    origin: dict[str, Any]


def tuned_values(best: Path, *, task: str, body: str) -> dict[str, Any]:
    """Return the values that a search found, by group and key.

    Args:
        best: the search's `best.yaml`.
        task: that the search must have been for.
        body: whose search it was.

    Raises:
        SettingsError: if the file is damaged, of another search, or names a setting that no
            search finds.
    """
    mend = "remove the file and run the same target again"
    kept = read_record(Best, best, what="what a search found", mend=mend, error=SettingsError)
    for name, wanted in (("task", task), ("body", body)):
        if kept.origin.get(name) != wanted:
            raise SettingsError(
                where=f"{best}, origin.{name}",
                what=f"it is of {kept.origin.get(name)!r} instead of {wanted!r}",
                mend=mend,
            )
    values = nested(kept.settings)
    for group, settings in values.items():
        if group not in FINETUNE_READS:
            raise SettingsError(
                where=f"{best}, settings",
                what=f"a search finds nothing in a group '{group}'",
                mend=mend,
            )
        checked(GROUPS[group], settings, where=f"{best}, settings, {group}")
    return values
