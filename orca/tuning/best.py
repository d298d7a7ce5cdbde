"""The end of a search: its trials as a table and as pictures, and the settings that it found."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.trial import FrozenTrial, TrialState
from pydantic import BaseModel, ConfigDict

from orca.errors import SettingsError, TrainingError
from orca.provenance import environment, write_text
from orca.reporting.look import COLOURS, COLUMN, look
from orca.settings import checked, nested
from orca.text_files import read_record
from orca.training.record import write_history
from orca.training.settings import FINETUNE_READS, GROUPS
from orca.tuning.search import Search
from orca.tuning.study import ended, scores

ENDS = {
    TrialState.COMPLETE: ("trained to the end", "o", COLOURS[0]),
    TrialState.PRUNED: ("stopped at a rung", "X", COLOURS[1]),
    TrialState.FAIL: ("failed", "v", COLOURS[5]),
}
FEWEST = 4  # trials with a score, under which an importance says nothing


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
    _draw_trials(ended(study), out / "trials", metric=search.setup.task.metric, best=best.number)
    _draw_importance(ended(study), out / "importance", min_epochs=search.settings.min_epochs)
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


def _draw_trials(trials: Sequence[FrozenTrial], stem: Path, *, metric: str, best: int) -> None:
    """Draw each trial's validation error over its epochs, and how it ended; the best stands out."""
    with look(COLUMN, 2.6, stem) as figure:
        axis = figure.subplots()
        for trial in trials:
            if not trial.intermediate_values:
                continue
            _, _, colour = ENDS[trial.state]
            epochs, errors = zip(*scores(trial), strict=True)
            thick = {"lw": 1.8, "alpha": 1.0} if trial.number == best else {"lw": 0.7, "alpha": 0.6}
            axis.plot(epochs, errors, color=colour, **thick)
        for state, (label, marker, colour) in ENDS.items():
            last = [scores(t)[-1] for t in trials if t.state == state and t.intermediate_values]
            if last:
                axis.scatter(*zip(*last, strict=True), marker=marker, color=colour, s=14, zorder=3)
            count = sum(trial.state == state for trial in trials)
            if count:
                axis.plot([], [], marker=marker, color=colour, label=f"{label}: {count}")
        axis.set_xlabel("epochs trained")
        axis.set_ylabel(f"validation error ({metric})")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.legend()


def _importance(trials: Sequence[FrozenTrial], *, min_epochs: int) -> dict[str, float]:
    """Return the share of the variance of the first rung's error that each setting explains.

    The error at the lowest rung, after `min_epochs`, is the one that all trials have after equal
    training; those that ended before it are left out. The shares, largest first, add up to 1; there
    are none where the trials are too few or all came out alike.

    Source: Hutter, Hoos and Leyton-Brown 2014, functional analysis of variance, as in Optuna.
    """
    study = optuna.create_study()
    for trial in trials:
        if min_epochs in trial.intermediate_values:
            value = trial.intermediate_values[min_epochs]
            study.add_trial(
                optuna.create_trial(
                    params=trial.params, distributions=trial.distributions, value=value
                )
            )
    known = study.get_trials(deepcopy=False)
    if len(known) < FEWEST or len({trial.value for trial in known}) == 1:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    return optuna.importance.get_param_importances(study, evaluator=evaluator)


def _draw_importance(trials: Sequence[FrozenTrial], stem: Path, *, min_epochs: int) -> None:
    """Draw how much each setting mattered to the error after the first rung."""
    shares = _importance(trials, min_epochs=min_epochs)
    with look(COLUMN, 0.9 + 0.25 * max(len(shares), 2), stem) as figure:
        axis = figure.subplots()
        axis.barh(list(shares)[::-1], list(shares.values())[::-1], color=COLOURS[0], height=0.6)
        axis.set_xlabel(f"share of the variance of the error after {min_epochs} epochs")
        if not shares:
            axis.set_axis_off()
            axis.text(0.5, 0.5, "too few different results\nto tell", ha="center", va="center")


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
