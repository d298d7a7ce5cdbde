"""The key of a peer's runs: a digest of exactly what they use, known before anything runs."""

from collections.abc import Mapping
from typing import Any

from orca.code_digest import used_code
from orca.data.task import Task
from orca.peers.peer import NO_BODY, PEERS
from orca.training.key import Uses


def peer_key(
    *, task: Task, peer: str, body: str, settings: Mapping[str, Any], search: tuple[int, int]
) -> str:
    """Return the key of the runs of a peer.

    Its settings are those before any search; `search`, trials and seed, counts for searched peers.
    """
    declared = PEERS[peer]
    uses = Uses(
        step="training/peer.py",
        task=task,
        body="" if body == NO_BODY else body,
        metrics=(task.metric, *task.extra_metrics),
        facts={
            "peer": peer,
            "code": used_code(PEERS.path(peer)).digest,
            "settings": dict(settings),
            "search": [search, dict(declared.space)] if declared.searched else None,
        },
    )
    return uses.key
