"""The main memory that jobs need, by the sizes of their task."""

import math

from orca.data.sizes import assumed_sizes
from orca.data.task import Task
from orca.models.body import BODIES
from orca.peers.peer import Peer
from orca.training.settings import HELD_BYTES

BASE_MB = 6_000  # interpreter, PyTorch, weights twice and a checkpoint on its way to the disk
HELD_MB = math.ceil(HELD_BYTES / 1e6)
MOST_PREPARED_MB = 30_000
COLUMNS = 2  # sets as large as its rows that a table's columns take, and what they are made of


def training_mb(task: Task) -> int:
    """Return the main memory that a training job needs."""
    return (
        BASE_MB + min(HELD_MB, fit_mb(task)) + predictions_mb(task, assumed_sizes(task).validation)
    )


def evaluation_mb(task: Task) -> int:
    """Return the main memory of a job that predicts a whole test split."""
    return BASE_MB + predictions_mb(task, assumed_sizes(task).test)


def peer_mb(task: Task, peer: Peer, body: str = "") -> int:
    """Return the main memory that fitting a peer needs: it holds all rows, of fit and test.

    Args:
        task: that it is fitted to.
        peer: what is fitted.
        body: whose features it is fitted to, if any.
    """
    sizes, values = assumed_sizes(task), _values(task)
    held = (sizes.fit + sizes.test) * values * (1 + (COLUMNS if task.table else 0))
    copied = BODIES[body].hidden_width if peer.on_body else values
    own = sizes.fit * (peer.copies * copied + peer.per_sample)
    return BASE_MB + math.ceil((held + own) * 4 / 1e6) + predictions_mb(task, sizes.test)


def preparing_mb(task: Task) -> int:
    """Return the main memory that preparing needs: raw files are read in blocks or whole."""
    return 3_000 + min(MOST_PREPARED_MB, 2 * fit_mb(task))


def fit_mb(task: Task) -> int:
    """Return the size of the samples that a task is trained on, as float32."""
    return math.ceil(assumed_sizes(task).fit * _values(task) * 4 / 1e6)


def _values(task: Task) -> int:
    """Return how many numbers a sample's input and target are."""
    return math.prod(assumed_sizes(task).input_shape) + task.target.outputs


def predictions_mb(task: Task, count: int) -> int:
    """Return the memory of predictions for this many samples, and of what is computed of them."""
    return math.ceil(2 * count * task.target.outputs * 4 / 1e6)


BY_WORK = {"prepare": preparing_mb, "train": training_mb, "evaluate": evaluation_mb}
