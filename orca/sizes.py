"""How long the steps take and how much memory, from what tasks and settings declare.

The hours are of one V100, on which the paper's times were taken; they set time limits and stand
in for times that nobody has measured. The constants follow from ORCA (ICML 2023), Tables 11 and
12: each was put so that the estimates lie among the printed hours; docs/cluster.md compares them.
"""

import math

from orca.data.task import AS_READ, Classes, Task
from orca.settings import FinetuneSettings, TuningSettings

GRID_STEP_SECONDS, SEQUENCE_STEP_SECONDS = 0.1, 0.04  # one batch, whatever its size
GRID_SAMPLE_SECONDS = 0.008  # one sample through a body of grids and back
TOKEN_SECONDS = 5.0e-5  # one token of a sequence through its body and back
CLASS_SECONDS = 1.2  # one class of one epoch of alignment
ASSUMED_SAMPLES = 50_000  # where only the data tell
ASSUMED_LENGTH = 64
CPU_FACTOR = 20.0
BASE_MB = 6_000  # interpreter, PyTorch, weights and a checkpoint on their way to the disk
HELD_MB = 2_048  # training data that are kept, twice the limit in orca.training.batches
MOST_PREPARED_MB = 30_000
SOURCE_CLASSES = 10


def samples(task: Task) -> int:
    """Return the samples that a task is trained on, or an assumed number."""
    return task.samples.fit if task.samples.fit != AS_READ else ASSUMED_SAMPLES


def sample_numbers(task: Task) -> int:
    """Return how many numbers a sample's input has, with an assumed length where it is not known."""
    return math.prod(ASSUMED_LENGTH if axis == AS_READ else axis for axis in task.input_shape)


def tokens(task: Task, settings: FinetuneSettings) -> int:
    """Return the tokens of a sample of a sequence task."""
    length = task.input_shape[-1]
    wanted = settings.sequence_length if settings.kernel is None else length // settings.kernel
    return min(wanted, length) if length > 1 else min(wanted, ASSUMED_LENGTH)


def epoch_hours(task: Task, settings: FinetuneSettings) -> float:
    """Return the hours of one epoch of fine-tuning on a V100."""
    if task.kind == "grid":
        step, each = GRID_STEP_SECONDS, GRID_SAMPLE_SECONDS
    else:
        step, each = SEQUENCE_STEP_SECONDS, TOKEN_SECONDS * tokens(task, settings)
    return samples(task) * settings.fraction * (each + step / settings.batch_size) / 3600


def finetune_hours(task: Task, settings: FinetuneSettings) -> float:
    """Return the hours of stage three on a V100."""
    return settings.epochs * epoch_hours(task, settings)


def align_hours(task: Task, settings: FinetuneSettings) -> float:
    """Return the hours of stage two on a V100: as many as there are classes and epochs."""
    wanted = settings.align.clusters
    clusters = SOURCE_CLASSES if wanted == "source_classes" else wanted
    classes = task.target.count if isinstance(task.target, Classes) else clusters
    return settings.align.epochs * classes * CLASS_SECONDS / 3600


def search_epochs(search: TuningSettings) -> float:
    """Return about how many epochs a search trains: each rung about as many as the lowest."""
    rungs = 1 + math.floor(math.log(search.max_epochs / search.min_epochs, search.reduction_factor))
    return float(search.trials * search.min_epochs * rungs + search.max_epochs)


def training_mb(task: Task) -> int:
    """Return the main memory that a training job needs."""
    return BASE_MB + min(HELD_MB, 2 * fit_mb(task)) + predictions_mb(task, task.samples.validation)


def evaluation_mb(task: Task) -> int:
    """Return the main memory that a job needs which predicts a whole test split."""
    return BASE_MB + predictions_mb(task, task.samples.test)


def preparing_mb(task: Task) -> int:
    """Return the main memory that preparing needs: raw files are read in blocks or whole."""
    return 3_000 + min(MOST_PREPARED_MB, 2 * fit_mb(task))


def fit_mb(task: Task) -> int:
    """Return the size of the samples that a task is trained on, as float32."""
    return math.ceil(samples(task) * (sample_numbers(task) + _outputs(task)) * 4 / 1e6)


def predictions_mb(task: Task, count: int) -> int:
    """Return the memory of predictions for so many samples, while they are put together."""
    known = count if count != AS_READ else ASSUMED_SAMPLES // 10
    return math.ceil(3 * known * _outputs(task) * 4 / 1e6)


def _outputs(task: Task) -> int:
    return task.target.outputs


def limit_minutes(hours: float, *, on_cpu: bool) -> int:
    """Return a time limit: half an hour to start, and twice the expected hours."""
    return math.ceil(30 + 120 * hours * (CPU_FACTOR if on_cpu else 1.0))
