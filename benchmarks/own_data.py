"""The four sets on which `orca run` is measured, with the settings of before beside them.

    python benchmarks/own_data.py FOLDER
    cd FOLDER && orca run gunpoint.npz --inputs x --target y --seeds 3
    orca run gunpoint_before.orca.yaml --no-peers

Two are scikit-learn's; two are simulated: sine waves of random phase, of two, three or four
periods, and a hand that rises, holds and sinks, of which one class overshoots as it sinks, as in
UCR's GunPoint.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.datasets import load_diabetes, load_digits

BEFORE = {
    "model": {"sequence_length": 16, "layers": None},
    "optimizer": {"learning_rate": 1e-4},
    "align": {"epochs": 60, "samples_per_class": 128, "record_value_every": 1},
    "finetune": {
        "batch_size": 32,
        "min_batches_per_epoch": 1,
        "epochs": 60,
        "warmup_epochs": 5,
        "selection": "last_epoch",
        "validate_every": 0,
    },
}
ARRAYS = {"inputs": "x", "target": "y", "kind": "classes", "metric": "accuracy"}
ENTRIES: dict[str, dict[str, Any]] = {
    "digits": {"path": "digits.npz", "classes": 10, **ARRAYS},
    "waves": {"path": "waves.npz", "classes": 3, **ARRAYS},
    "gunpoint": {"path": "gunpoint.npz", "classes": 2, **ARRAYS},
    "diabetes": {"path": "diabetes.csv", "target": "target", "kind": "scalar", "metric": "rmse"},
}
SEEDS = {"digits": 1, "waves": 3, "gunpoint": 3, "diabetes": 3}


def waves(draws: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return 240 noisy sine waves of 64 points, and how many periods more than two each has."""
    periods, time = draws.integers(2, 5, 240), np.linspace(0, 1, 64)
    values = np.sin(2 * np.pi * periods[:, None] * (time + draws.random((240, 1))))
    return values + 0.3 * draws.normal(size=values.shape), periods - 2


def hands(draws: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return 200 series of 150 points, and whether each overshoots."""
    overshoots, time = np.arange(200) % 2, np.linspace(0, 1, 150)
    up, down = draws.normal(0.25, 0.04, (200, 1)), draws.normal(0.72, 0.04, (200, 1))
    width = draws.uniform(0.02, 0.05, (200, 1))
    values = 1 / (1 + np.exp(-(time - up) / width)) - 1 / (1 + np.exp(-(time - down) / width))
    values -= 0.12 * overshoots[:, None] * np.exp(-(((time - down - 0.13) / 0.05) ** 2))
    return values + 0.04 * draws.normal(size=values.shape), overshoots


def main() -> None:
    """Write the sets, and the entries with the settings of before."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    load_diabetes(as_frame=True, scaled=False).frame.to_csv(folder / "diabetes.csv", index=False)
    digits, draws = load_digits(), np.random.default_rng(0)
    sets = {
        "digits": (digits.images, digits.target),
        "waves": waves(draws),
        "gunpoint": hands(draws),
    }
    for name, (inputs, targets) in sets.items():
        np.savez(folder / f"{name}.npz", x=inputs[:, None].astype(np.float32), y=targets)
    for name, entry in ENTRIES.items():
        before = f"{name}_before"
        content = {
            "tasks": {before: {**entry, "settings": BEFORE}},
            "reports": {before: ["own"]},
            "seeds_by_task": {before: SEEDS[name]},
        }
        (folder / f"{before}.orca.yaml").write_text(yaml.safe_dump(content, sort_keys=False))


if __name__ == "__main__":
    main()
