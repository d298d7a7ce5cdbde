"""Makes the runs of a job, one for each seed, and leaves finished ones as they are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch

from orca.logs import log
from orca.provenance import digest_of
from orca.text_files import found_json
from orca.training.checkpoint import State, publish
from orca.training.record import whole_outputs
from orca.training.setup import Setup


@runtime_checkable
class Step(Protocol):
    """What makes one run of a task and a body."""

    @property
    def setup(self) -> Setup:
        """What the runs share."""

    @property
    def key(self) -> str:
        """Digest of the settings and the code that the step uses (`orca.training.key`)."""

    def inputs(self, seed: int) -> Mapping[str, str]:
        """Return the digests of the files that a run reads beside the setup's, by path."""

    def run(self, seed: int, state: State, out: Path) -> None:
        """Make the run: its outputs go to `out`, `run.json` last."""


def run_seeds(
    step: Step, seeds: Sequence[int], *, out: Path, state: Path, checkpoint_seconds: float
) -> dict[int, str]:
    """Make one run per seed, each resumable, and return their keys.

    A run is published as soon as it is finished. One whose key is the wanted one and whose files
    are whole is left as it is, whichever job made it; a seed that another process is working on is
    waited for.

    Finished runs are in the folder `out`, unfinished ones in the folder `state`, as `seed<k>` each.
    """
    keys = {}
    for seed in seeds:
        place, key = out / f"seed{seed}", _run_key(step, seed)
        keys[seed] = key
        progress = State(state / f"seed{seed}", key, seconds=checkpoint_seconds)
        with progress.held(wait=True):
            if whole_outputs(place, key):
                log.info("seed %d is finished already", seed)
                progress.clear()
                continue
            if not progress.finished:
                progress.outputs.mkdir(exist_ok=True)
                log.info("seed %d", seed)
                step.run(seed, progress, progress.outputs)
            withdraw_stamps(out, seed, key)
            publish(progress, place)
            progress.clear()
    return keys


def withdraw_stamps(folder: Path, seed: int, content: object) -> None:
    """Remove the stamps of jobs that say of a seed what is no longer true.

    Jobs of other shares may have made the seed before; without their stamp they are made again.
    A stamp that says `content` of the seed stays.
    """
    for stamp in folder.glob("seed*.json"):
        known = found_json(stamp)
        if not known or known.get(f"seed{seed}", content) != content:
            stamp.unlink(missing_ok=True)


def _run_key(step: Step, seed: int) -> str:
    """Return the step's key with the seed, the inputs' digests, and what moves the rounding."""
    inputs = [*step.setup.input_digests.values(), *step.inputs(seed).values()]
    threads, device = torch.get_num_threads(), step.setup.device.type
    return digest_of([step.key, seed, sorted(inputs), threads, device])
