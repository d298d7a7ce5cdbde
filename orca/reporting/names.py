"""Titles of tasks, methods and peers by name, also of those that are known from a paper alone."""

from orca.data.task import TASKS
from orca.methods.method import METHODS
from orca.peers.peer import PEERS

ORCA, PARE = "orca_icml2023", "pare_icml2024"  # keys of the papers
PAPERS = {ORCA: "ORCA", PARE: "PaRe"}


def task_title(name: str) -> str:
    """Return the declared title of a task, or its name in words."""
    return TASKS[name].title if name in TASKS else name.replace("_", " ")


def method_title(name: str) -> str:
    """Return the declared title of a method or peer, or its name in words."""
    if name in METHODS:
        return METHODS[name].title
    return PEERS[name].title if name in PEERS else name.replace("_", " ")
