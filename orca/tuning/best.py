"""The end of a search: its trials as a table, and the settings that it found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
import yaml
from optuna.trial import TrialState

from orca.errors import TrainingError
from orca.provenance import atomic, environment
from orca.settings import FinetuneSettings, checked, read_yaml
from orca.tuning.search import Search, ended


def close(search: Search, out: Path) -> None:
    """Write `trials.csv` and `best.yaml` of a search whose workers are done.

    Args:
        search: which one.
        out: folder for the two files.

    Raises:
        TrainingError: if no trial ended with a score.
    """
    study = search.study()
    whole = [trial for trial in ended(study) if trial.state == TrialState.COMPLETE]
    if not whole:
        reasons = {t.user_attrs["reason"] for t in ended(study) if "reason" in t.user_attrs}
        raise TrainingError(
            where=f"the search for {search.cell.task_name} with {search.cell.body}",
            what="no trial ended with a score: " + "; ".join(sorted(reasons)),
            mend="widen the space in config/search_space.yaml, or set `hyperparameters: default`",
        )
    out.mkdir(parents=True, exist_ok=True)
    rows = study.trials_dataframe(attrs=("number", "value", "params", "state"))
    rows["epochs"] = [len(trial.intermediate_values) for trial in study.trials]
    rows["scores"] = [
        " ".join(f"{value:.6g}" for _, value in sorted(trial.intermediate_values.items()))
        for trial in study.trials
    ]
    with atomic(out / "trials.csv") as temporary:
        rows.to_csv(temporary, index=False, lineterminator="\n")
    best = min(whole, key=lambda trial: (trial.value, trial.number))
    with atomic(out / "best.yaml") as temporary:
        temporary.write_text(yaml.safe_dump(_summary(search, study, best), sort_keys=False))


def _summary(
    search: Search, study: optuna.Study, best: optuna.trial.FrozenTrial
) -> Mapping[str, Any]:
    over = ended(study)
    first = study.trials[0]
    return {
        "settings": dict(best.params),
        "origin": {
            "task": search.cell.task_name,
            "body": search.cell.body,
            "metric": search.cell.task.metric,
            "trial": best.number,
            "error": best.value,
            "error_of_default": first.value,
            "trials": len(over),
            "stopped_early": sum(trial.state == TrialState.PRUNED for trial in over),
            "failed": sum(trial.state == TrialState.FAIL for trial in over),
            "epochs": sum(len(trial.intermediate_values) for trial in over),
            "search": search.settings.model_dump(mode="json"),
            "commit": environment()["commit"],
        },
    }


def with_tuned(settings: FinetuneSettings, best: Path) -> FinetuneSettings:
    """Return settings with those that a search found put over them.

    Args:
        settings: of a run.
        best: the search's `best.yaml`.

    Raises:
        SettingsError: if the file is damaged or names an unknown key.
    """
    found = read_yaml(best).get("settings", {})
    return checked(FinetuneSettings, {**settings.model_dump(), **found}, where=str(best))
