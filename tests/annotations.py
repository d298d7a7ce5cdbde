"""Checks the package's annotations, shapes too, at the first calls of each function in each test.

Checking every call took most of the time of tests that train: small functions are called a hundred
thousand times, always with the same shapes.
"""

import inspect
import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

CALLS = 100
AS_STATIC = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int is a float, as for mypy
_checks: Counter[tuple[str, str]] = Counter()
_released: list[Any] = []


def checked(function: Callable) -> Callable:
    """Return what checks a function's parameters, or those and its result, as jaxtyping asks."""
    check, name = AS_STATIC(function), (function.__module__, function.__qualname__)

    def counted(*arguments: Any, **named: Any) -> Any:
        _checks[name] += 1
        if _checks[name] == 2 * CALLS:
            release(*name)
        return check(*arguments, **named)

    return counted


def release(module: str, path: str) -> None:
    """Check a function no more in this test."""
    found: Any = sys.modules[module]
    for name in path.split("."):
        found = inspect.getattr_static(found, name, None)
    for inner in ("__func__", "fget", "func"):  # of a static method, a property, a cached one
        found = getattr(found, inner, found)
    if callable(found):
        found = inspect.unwrap(found)
        found.__no_type_check__ = True
        _released.append(found)


def check_anew() -> None:
    """Begin another test; of a list, the same item is checked in each run of it."""
    random.seed(0)  # beartype draws the item
    for function in _released:
        del function.__no_type_check__
    _released.clear()
    _checks.clear()


def install() -> None:
    """Check the package from its import on."""
    install_import_hook("orca", f"{__name__}.checked")
