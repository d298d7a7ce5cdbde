"""A run's key: a digest of exactly what a step uses, known before anything runs.

Snakemake's params hold it, so that a change reruns what it touches; the record of a finished run
holds it too, joined with the digests of the files that it read (`orca.training.seeds`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orca.alignment.distance import DISTANCES
from orca.code_digest import PACKAGE, module_file, used_code
from orca.data.proxy import PROXIES
from orca.data.task import TASKS, Task
from orca.declarations import nearest
from orca.errors import SettingsError
from orca.evaluation.metric import METRICS
from orca.methods.method import METHODS
from orca.models.body import BODIES
from orca.provenance import digest_of
from orca.settings import Groups, Settings
from orca.training.settings import AlignSettings, FinetuneSettings

EXACT = "otdd_joint"  # the distance that Algorithm 1 estimates


@dataclass(frozen=True, kw_only=True)
class Uses:
    """What a step uses beside the code of its own module.

    Args:
        step: file of the step's module under `orca/`.
        settings: the groups that it reads, by name; None for a group that is empty.
        facts: whatever else moves the result, as plain values.
    """

    step: str
    settings: Groups = field(default_factory=dict)
    task: Task | None = None
    body: str = ""
    method: str = ""
    distances: tuple[str, ...] = ()
    proxy: str = ""
    losses: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    def _files(self) -> list[str]:
        named = ((BODIES, self.body), (METHODS, self.method), (PROXIES, self.proxy))
        return [
            self.step,
            *(declared.path(name) for declared, name in named if name),
            *(DISTANCES.path(name) for name in self.distances),
            *(METRICS.path(name) for name in self.metrics),
            *(loss_file(name) for name in self.losses),
        ]

    @property
    def key(self) -> str:
        """Digest of the code, and of the settings that this code names.

        A setting counts with its value where the code reads an attribute of its name. So a new
        key that no code of the run reads changes no key, and a changed default does.
        """
        code = used_code(*self._files())
        values = {
            group: {
                name: value
                for name, value in settings.model_dump(mode="json").items()
                if name in code.attributes
            }
            for group, settings in self.settings.items()
            if settings is not None
        }
        task = self.task.digest if self.task else ""
        names = (self.step, self.body, self.method, *self.distances, self.proxy)
        return digest_of([code.digest, values, task, names, dict(self.facts)])


def loss_file(name: str) -> str:
    """Return the file of a loss, without importing it: losses import PyTorch.

    Raises:
        SettingsError: if there is no such loss.
    """
    file = f"training/losses/{name}.py"
    if not (PACKAGE / file).is_file():
        losses = (PACKAGE / "training/losses").glob("[a-z]*.py")
        raise SettingsError(
            where="the task's loss",
            what=f"there is no loss '{name}'",
            mend=nearest(name, [path.stem for path in losses]),
        )
    return file


def align_key(*, task: Task, body: str, start: str, distance: str, settings: Groups) -> str:
    """Return the key of an alignment, which is asked for by what it is and not by a method.

    The settings are `model`, `optimizer`, `align` and the distance's own, `distance`.
    """
    align = settings["align"]
    exact = isinstance(align, AlignSettings) and align.record_exact_every is not None
    return Uses(
        step="training/align.py",
        settings=settings,
        task=task,
        body=body,
        distances=(distance, EXACT) if exact else (distance,),
        facts={"start": start},
    ).key


def finetune_key(*, task: Task, body: str, method: str, settings: Groups) -> str:
    """Return the key of a fine-tuning.

    The settings are `model`, `optimizer`, `finetune` and the method's own, `method`.
    """
    finetune = settings["finetune"]
    assert isinstance(finetune, FinetuneSettings)
    validates = finetune.selection != "last_epoch" or finetune.validate_every > 0
    return Uses(
        step="training/finetune.py",
        settings=settings,
        task=task,
        body=body,
        method=method,
        losses=(task.loss,),
        metrics=(task.metric,) if validates else (),
    ).key


def evaluate_key(*, task: Task, body: str, method: str) -> str:
    """Return the key of an evaluation; the run's own settings stand in its record."""
    return Uses(
        step="training/evaluate.py",
        task=task,
        body=body,
        method=method,
        metrics=(task.metric, *task.extra_metrics),
    ).key


def pretrain_key(*, body: str, settings: Settings) -> str:
    """Return the key of the pretraining of a body."""
    return Uses(step="training/pretrain_body.py", settings={"pretraining": settings}, body=body).key


def embed_key(*, body: str, proxy: str) -> str:
    """Return the key of the source features of a body."""
    return Uses(step="training/embed_source.py", body=body, proxy=proxy).key


def terms_key(*, distance: str, settings: Settings) -> str:
    """Return the key of what a distance keeps of the source."""
    return Uses(
        step="training/source_terms.py", settings={"distance": settings}, distances=(distance,)
    ).key


def prepare_key(*, name: str, task: Task) -> str:
    """Return the key of the preparation of a task; a user's own tasks share one reader."""
    reader = module_file(task.reader) if task.reader else TASKS.path(name)
    return Uses(step="data/prepare.py", task=task, facts={"code": used_code(reader).digest}).key
