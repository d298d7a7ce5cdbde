"""Finds what is declared, one module each; looks a name up, or says which name is near it."""

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any, TypeVar

from orca.errors import SettingsError

T = TypeVar("T")
MOST_LISTED = 30
FEW = 5  # of more names than that


def nearest(name: str, names: Mapping[str, object] | list[str]) -> str:
    """Return "did you mean ...?" for the names closest to `name`; or all, or if many the nearest few."""
    known = sorted(names)
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return "did you mean " + " or ".join(f"'{found}'" for found in close) + "?"
    if len(known) > MOST_LISTED:
        some = difflib.get_close_matches(name, known, n=FEW, cutoff=0.0)
        return f"there are {len(known)}, such as: " + ", ".join(some)
    return "there are: " + ", ".join(known) if known else "there are none: leave it out"


def named(reference: str) -> Any:
    """Import and return what a reference "module:attribute" names."""
    module, _, attribute = reference.partition(":")
    return getattr(importlib.import_module(module), attribute)


@dataclass(frozen=True)
class Declarations(Mapping[str, T]):
    """All that a package declares of one kind, by name.

    A module `<package>/<name>.py` with a constant `TASK` declares one thing named `<name>`;
    with `TASKS`, a mapping of names, it declares a family.

    Args:
        package: dotted name of the package that holds the modules.
        kind: what is declared, in lower case: "task" is declared as `TASK` or `TASKS`.
    """

    package: str
    kind: str

    @cached_property
    def modules(self) -> dict[str, ModuleType]:
        """The declaring module of each name."""
        return {name: module for name, (module, _) in self._found.items()}

    def module_of(self, name: str) -> ModuleType:
        """Return the module that declares `name`.

        It imports `<package>/<name>.py` alone, and all the package only if `name` is not there.

        Raises:
            KeyError: if nothing is declared under that name.
        """
        if name not in self._own_files:
            module = self._module(name) if name in self._files else None
            if module is None or name not in self._declared_in(module):
                return self.modules[name]
            self._own_files[name] = module
        return self._own_files[name]

    def path(self, name: str) -> str:
        """Return the declaring module of a name as a file under `orca/`."""
        module = self.module_of(name)
        place = module.__name__.partition(".")[2].replace(".", "/")
        return f"{place}/__init__.py" if hasattr(module, "__path__") else f"{place}.py"

    @cached_property
    def _own_files(self) -> dict[str, ModuleType]:
        """The modules that were found by the names of their files, so far."""
        return {}

    @cached_property
    def _files(self) -> list[str]:
        """The names of the package's modules; it imports none of them."""
        parent = importlib.import_module(self.package)
        return sorted(info.name for info in pkgutil.iter_modules(parent.__path__))

    def _module(self, file: str) -> ModuleType:
        return importlib.import_module(f"{self.package}.{file}")

    def _declared_in(self, module: ModuleType) -> dict[str, T]:
        """Return what a module declares, by name."""
        constant = self.kind.upper()
        family = getattr(module, f"{constant}S", {})
        declared = {} if family is self else dict(family)  # the catalogue's own module
        if hasattr(module, constant):
            declared[module.__name__.rpartition(".")[2]] = getattr(module, constant)
        return declared

    @cached_property
    def _found(self) -> dict[str, tuple[ModuleType, T]]:
        found: dict[str, tuple[ModuleType, T]] = {}
        for module in map(self._module, self._files):
            for name, value in self._declared_in(module).items():
                if name in found:
                    raise SettingsError(
                        where=f"{module.__name__}",
                        what=f"{self.kind} '{name}' is declared in {found[name][0].__name__} too",
                        mend="give one of the two another name",
                    )
                found[name] = (module, value)
        return found

    def __getitem__(self, name: str) -> T:
        return self._declared_in(self.module_of(name))[name]

    def __contains__(self, name: object) -> bool:
        try:
            return bool(self.module_of(str(name)))
        except KeyError:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def _stand_ins(self) -> dict[str, str]:
        declared: dict[str, Any] = dict(self)
        return {d.variant_of: name for name, d in declared.items() if d.as_published}

    def as_published(self, name: str) -> str:
        """Return the variant that replaces `name` under `protocol: published`, or `name`."""
        return self._stand_ins.get(name, name)

    def look_up(self, name: str, *, where: str) -> T:
        """Return what is declared as `name`.

        Args:
            name: the name asked for.
            where: who asks: the file and key, or the command-line option.

        Raises:
            SettingsError: if nothing is declared under that name; it offers the nearest.
        """
        if name not in self:
            path = f"{self.package.replace('.', '/')}/{name}.py"
            raise SettingsError(
                where=where,
                what=f"there is no {self.kind} '{name}'",
                mend=f"{nearest(name, self)}\nA new {self.kind} is a new file, {path}",
            )
        return self[name]
