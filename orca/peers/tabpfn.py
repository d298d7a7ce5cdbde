"""TabPFN: a transformer pretrained on made-up tables, which takes the rows as its context."""

import os
from pathlib import Path

from orca.peers.peer import Peer, Predict, Problem
from orca.peers.suited_tasks import classes_of_tables

CACHE = "TABPFN_MODEL_CACHE_DIR"  # the library's own variable


def _checkpoints() -> list[Path]:
    folder = Path(os.environ.get(CACHE, Path.home() / ".cache/tabpfn"))
    return sorted(folder.glob("*classifier*.ckpt")) if folder.is_dir() else []


def weights() -> str:
    """Return why the published weights cannot be had here; empty if they lie in the cache."""
    return "" if _checkpoints() else "its published weights are not in the library's cache"


def fit(problem: Problem) -> Predict:
    """Give the rows as context; categories as their numbers."""
    from tabpfn import TabPFNClassifier

    frame = problem.rows.columns
    categorical = [n for n, kind in enumerate(frame.dtypes) if hasattr(kind, "categories")]
    model = TabPFNClassifier(
        model_path=_checkpoints()[0],
        categorical_features_indices=categorical,
        random_state=problem.seed,
        device=str(problem.device),
        ignore_pretraining_limits=True,
    )
    return problem.fitted(model)


PEER = Peer(
    title="TabPFN",
    origin="Hollmann et al. 2023 (ICLR), 2025 (Nature); tabpfn",
    suits=classes_of_tables,
    fit=fit,
    libraries=("tabpfn",),
    weights=weights,
    mend=f"pip install tabpfn; then put its checkpoint of a classifier (.ckpt), which the Hugging Face"
    f" hub gives to those who accept its licence, into ~/.cache/tabpfn or the folder named by {CACHE}",
)
