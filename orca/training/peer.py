"""Fits a peer to a task's rows and scores it on the test split, as methods are scored."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from orca.data.schema import Schema, frame_of
from orca.data.store import Prepared, Split
from orca.data.task import Task
from orca.errors import TrainingError
from orca.evaluation.metric import METRICS
from orca.evaluation.predictions import PREDICTIONS, write_predictions
from orca.evaluation.score import Score
from orca.logs import Clock, peak_memory_mb
from orca.peers.peer import NO_BODY, PEERS, Peer, Predict, Problem, Rows
from orca.provenance import digest_of, environment
from orca.training.evaluate import write_score
from orca.training.peer_key import peer_key
from orca.training.record import digests
from orca.training.validate import pool


@dataclass(frozen=True, kw_only=True)
class PeerRuns:
    """The runs of a peer on a task.

    Args:
        settings: the peer's, by name, before any search.
        folder: of the prepared data.
        device: for peers in PyTorch.
        trials: of the search of a searched peer; the first are the peer's own settings.
        search_seed: of its draws.
        body: that it uses, or `NO_BODY`.
        weights: folder of the body's weights.
    """

    peer: str
    task_name: str
    task: Task
    settings: Mapping[str, Any]
    folder: Path
    device: torch.device
    trials: int
    search_seed: int
    body: str = NO_BODY
    weights: Path | None = None

    @cached_property
    def declared(self) -> Peer:
        """The peer's declaration."""
        return PEERS[self.peer]

    @cached_property
    def input_digests(self) -> dict[str, str]:
        """Digests of the files that a run reads."""
        weights = sorted(self.weights.glob("*.safetensors")) if self.weights else []
        names = ("fit.h5", "test.h5", "schema.json")
        return digests([*(self.folder / name for name in names), *weights])

    def key(self, seed: int) -> str:
        """Return a digest of all that moves the score of a run."""
        code = peer_key(
            task=self.task,
            peer=self.peer,
            body=self.body,
            settings=self.settings,
            search=(self.trials, self.search_seed),
        )
        files = list(self.input_digests.values())
        versions = self.declared.versions
        return digest_of([code, seed, files, versions, torch.get_num_threads(), self.device.type])

    def score(self, seed: int, out: Path) -> dict[str, Any]:
        """Fit with one seed, write the score unless the file holds it, and return it in short.

        Raises:
            PeerError: if the peer's library or weights are missing.
        """
        self.declared.check(self.peer)
        key = self.key(seed)
        make = partial(self._score, seed, key, out.with_name(PREDICTIONS))
        return write_score(out, key=key, make=make)

    def _score(self, seed: int, key: str, kept: Path) -> Score:
        clock, peer = Clock(), self.declared
        common: dict[str, Any] = {
            "task": self.task_name, "body": self.body, "method": self.peer, "seed": seed, "key": key,
            "task_digest": self.task.digest, "metric": self.task.metric,
            "selection": "best_on_validation" if peer.searched else "all_rows",
            "hyperparameters": "tuned" if peer.searched else "default",
        }  # fmt: skip
        with clock.part("search" if peer.searched else "fit"):
            settings = self._best
        with Prepared(self.folder / "fit.h5", self.task) as fit, clock.part("fit"):
            rows = self._rows(fit, fit.rows("fit"))
            predict = self._fit(fit, rows, settings, seed)
        with Prepared(self.folder / "test.h5", self.task) as test, clock.part("evaluate"):
            try:
                pair = self._predicted(test, predict, "test")
                found = self._metrics(pair)
            except TrainingError as fault:
                return Score(**common, status="failed", reason=str(fault))
            count = test.count
        if self.task.keeps_predictions:
            write_predictions(kept, *pair)
        return Score(
            **common,
            value=found.pop(self.task.metric),
            metrics=found,
            samples=count,
            seconds={name: round(value, 3) for name, value in clock.seconds.items()},
            record=self._record(settings, len(rows.targets)),
        )

    def _record(self, settings: Mapping[str, Any], count: int) -> dict[str, Any]:
        where = environment()
        return {
            **where,
            "versions": {**where["versions"], **self.declared.versions},
            "settings": {"peer": dict(settings)},
            "inputs": self.input_digests,
            "threads": torch.get_num_threads(),
            "device": str(self.device),
            "peak_memory_mb": round(peak_memory_mb(), 1),
            "train_samples": count,
            "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        }

    @cached_property
    def _schema(self) -> Schema:
        return Schema.read(self.folder / "schema.json")

    def _rows(self, prepared: Prepared, numbers: Int[np.ndarray, " n"]) -> Rows:
        inputs, targets = prepared.read(numbers)
        frame = None
        if self.task.table:
            frame = frame_of(prepared.stored("inputs", numbers).astype(np.float32), self._schema)
        return Rows(inputs=inputs, targets=targets, frame=frame)

    def _fit(
        self, prepared: Prepared, rows: Rows, settings: Mapping[str, Any], seed: int
    ) -> Predict:
        problem = Problem(
            rows=rows,
            target=self.task.target,
            settings=settings,
            seed=seed,
            threads=torch.get_num_threads(),
            device=self.device,
            constants=(prepared.input_constants, prepared.target_constants),
            body=self.body,
            weights=self.weights or Path(),
        )
        return self.declared.fit(problem)

    def _predicted(
        self, prepared: Prepared, predict: Predict, split: Split
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return predictions and targets in the task's own units, pooled as the task says."""
        numbers = prepared.rows(split)
        outputs = np.asarray(predict(self._rows(prepared, numbers)), np.float32)
        return pool(
            prepared.target_constants.decode_predicted(outputs),
            prepared.targets(numbers),
            prepared.groups(numbers),
            how=self.task.pooling,
        )

    def _metrics(self, pair: tuple[np.ndarray, np.ndarray]) -> dict[str, float]:
        names = (self.task.metric, *self.task.extra_metrics)
        return {name: METRICS[name].compute(*pair) for name in names}

    @cached_property
    def _best(self) -> Mapping[str, Any]:
        """The peer's settings, or of a searched one those with the best validation score."""
        if not self.declared.searched:
            return self.settings
        with Prepared(self.folder / "fit.h5", self.task) as fit:
            rows = self._rows(fit, fit.rows("train"))
            tried = [self._draw(trial) for trial in range(self.trials)]
            errors = [self._error(fit, rows, settings) for settings in tried]
        return tried[int(np.argmin(errors))]

    def _draw(self, trial: int) -> dict[str, Any]:
        if trial == 0:
            return dict(self.settings)
        generator = np.random.default_rng([self.search_seed, trial])
        space = self.declared.space.items()
        drawn = {name: values[generator.integers(len(values))] for name, values in space}
        return {**self.settings, **drawn}

    def _error(self, fit: Prepared, rows: Rows, settings: Mapping[str, Any]) -> float:
        predict = self._fit(fit, rows, settings, self.search_seed)
        found = self._metrics(self._predicted(fit, predict, "validation"))
        return METRICS[self.task.metric].error(found[self.task.metric])
