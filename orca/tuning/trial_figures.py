"""What a search did, drawn: each trial's course and end, and how much each setting mattered."""

from collections.abc import Sequence
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial, TrialState

from orca.reporting.look import COLOURS, COLUMN, look
from orca.tuning.study import scores

ENDS = {
    TrialState.COMPLETE: ("trained to the end", "o", COLOURS[0]),
    TrialState.PRUNED: ("stopped at a rung", "X", COLOURS[1]),
    TrialState.FAIL: ("failed", "v", COLOURS[5]),
}
FEWEST = 4  # trials with a score, under which an importance says nothing


def draw_trials(trials: Sequence[FrozenTrial], stem: Path, *, metric: str, best: int) -> None:
    """Draw each trial's validation error over its epochs, and where and how it ended.

    Args:
        trials: that are over.
        stem: the files' path without ending.
        metric: name of the task's metric.
        best: number of the trial that was chosen.
    """
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


def importance(trials: Sequence[FrozenTrial], *, min_epochs: int) -> dict[str, float]:
    """Return the share of the variance of the first rung's error that each setting explains.

    The error at the lowest rung is the one that all trials have after equal training.

    Args:
        trials: that are over; those that ended before the lowest rung are left out.
        min_epochs: epochs of the lowest rung.

    Returns:
        Shares by setting, largest first, adding up to 1; empty where there are too few trials or
        all came out alike.

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


def draw_importance(trials: Sequence[FrozenTrial], stem: Path, *, min_epochs: int) -> None:
    """Draw how much each setting mattered to the error after the first rung.

    Args:
        trials: that are over.
        stem: the files' path without ending.
        min_epochs: epochs of the lowest rung.
    """
    shares = importance(trials, min_epochs=min_epochs)
    with look(COLUMN, 0.9 + 0.25 * max(len(shares), 2), stem) as figure:
        axis = figure.subplots()
        axis.barh(list(shares)[::-1], list(shares.values())[::-1], color=COLOURS[0], height=0.6)
        axis.set_xlabel(f"share of the variance of the error after {min_epochs} epochs")
        if not shares:
            axis.set_axis_off()
            axis.text(0.5, 0.5, "too few different results\nto tell", ha="center", va="center")
