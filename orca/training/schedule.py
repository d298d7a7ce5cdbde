"""Courses of the learning rate, as factors on its base value.

The base value of the embedder in stage two, ten times fine-tuning's, is set by
`orca.training.align_loop.embedder_rate`.
"""

from bisect import bisect_left
from dataclasses import dataclass

from orca.errors import SettingsError
from orca.training.settings import FinetuneSettings


@dataclass(frozen=True, kw_only=True)
class WarmupThenLinear:
    """Rise from 0 to 1 over `warmup` steps, then fall to 0 at step `total`, and stay there.

    Source: ORCA (ICML 2023), A.2.4.
    Differs from the official code: there the factor goes below 0 after `total`.
    """

    warmup: int
    total: int

    def factor(self, step: int) -> float:
        """Return what the base learning rate is multiplied by at `step`, counted from 0."""
        if step < self.warmup:
            return step / self.warmup
        return max(0.0, (self.total - step) / max(1, self.total - self.warmup))


@dataclass(frozen=True, kw_only=True)
class StepDecay:
    """Multiply by `decay` after each milestone.

    Source: ORCA (ICML 2023), A.2.4: by 0.2 every 20 epochs.

    Args:
        milestones: epochs, rising; the epoch of that number is still at the old rate.
        decay: the factor of one milestone.
        steps_per_epoch: what `step` counts: 1 for epochs.
    """

    milestones: tuple[int, ...]
    decay: float
    steps_per_epoch: int = 1

    def factor(self, step: int) -> float:
        """Return `decay` to the number of milestones that lie before the epoch of `step`."""
        return self.decay ** bisect_left(self.milestones, step // self.steps_per_epoch)


def make_schedule(
    settings: FinetuneSettings, *, batches_per_epoch: int
) -> WarmupThenLinear | StepDecay:
    """Return the schedule that the settings name; its steps are micro-batches.

    Raises:
        SettingsError: if the learning rate would rise for longer than the training lasts.
    """
    if settings.schedule == "warmup_linear" and settings.warmup_epochs > settings.epochs:
        raise SettingsError(
            where="finetune.warmup_epochs",
            what=f"a warm-up of {settings.warmup_epochs} epochs is longer than the training of"
            f" {settings.epochs}",
            mend=f"set `warmup_epochs` below {settings.epochs}, or `schedule` to 'constant'",
        )
    if settings.schedule == "warmup_linear":
        return WarmupThenLinear(
            warmup=settings.warmup_epochs * batches_per_epoch,
            total=(settings.decay_epochs or settings.epochs) * batches_per_epoch,
        )
    milestones = settings.milestones if settings.schedule == "step" else ()
    return StepDecay(milestones=milestones, decay=settings.decay, steps_per_epoch=batches_per_epoch)
