"""Distances between two sets of labelled features, and what they are made of.

Functions of feature tensors; knows no task and no body. The functions are imported when first
asked for, so that the declarations under `distances` can be listed without PyTorch.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "otdd": "otdd_computation",
    "mmd": "mean_discrepancy",
    "euclidean": "pair_distance",
    "euclidean_paired": "pair_distance",
    "sliced_wasserstein": "slices",
    "SourceFeatures": "source",
    "draw_by_class": "subsample",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the names stand once, above


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
