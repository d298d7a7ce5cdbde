"""Functions that rules name, in a form whose parameters are known at once.

Snakemake asks each function of a rule for its parameters whenever it calls it, which for a method
takes longer than the call: a fifth of the time in which the full grid is planned.
"""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any


def for_rule(function: Callable[..., Any], **fixed: Any) -> Callable[..., Any]:
    """Return a function with some arguments fixed, which carries its parameters with it."""
    made: Any = partial(function, **fixed)
    made.__signature__ = inspect.signature(made)
    made._overwrite_params = made.__signature__.parameters  # where Snakemake looks first
    return made  # type: ignore[no-any-return]


class RuleFunctions:
    """Gives the public methods of a class to rules in that form."""

    def __post_init__(self) -> None:
        for name, function in vars(type(self)).items():
            if inspect.isfunction(function) and not name.startswith("_"):
                self.__dict__[name] = for_rule(getattr(self, name))
