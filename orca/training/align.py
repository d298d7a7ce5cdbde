"""Stage two as a step: from prepared data and source features to aligned embedders."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from orca.alignment.distance import DISTANCES, DistanceSettings
from orca.alignment.features import SourceFeatures
from orca.alignment.pseudo_labels import pseudo_labels
from orca.data.store import Prepared
from orca.data.target import Classes, Field
from orca.errors import SettingsError, StateError
from orca.logs import log
from orca.models.settings import EmbedderStart
from orca.provenance import kept_digest
from orca.settings import Settings
from orca.training.align_arrays import align, distance_to_source
from orca.training.align_loop import SourceDistance
from orca.training.checkpoint import State
from orca.training.key import EXACT, align_key
from orca.training.record import digests
from orca.training.settings import AlignSettings, OptimizerSettings
from orca.training.setup import Setup
from orca.training.tensor_file import not_finite, read_of_body, read_tensors, write_tensors


def target_labels(
    prepared: Prepared, source: SourceFeatures, *, wanted: int | str, seed: int
) -> Int[np.ndarray, " n"]:
    """Return the class of every sample of a prepared set, or its cluster of outputs.

    There are as many clusters as are wanted, or, by `source_classes`, as the source has classes.

    Source: ORCA (ICML 2023), section 3.4: without classes, clusters of the outputs stand in; a
    masked field's are of its values alone (official code).
    """
    rows, target = prepared.rows("fit"), prepared.target
    if isinstance(target, Classes):
        _, labels = np.unique(prepared.targets(rows), return_inverse=True)
        return labels.astype(np.int64)
    clusters = len(source.classes.sizes) if isinstance(wanted, str) else wanted
    return pseudo_labels(
        (
            targets[:, : target.channels] if isinstance(target, Field) else targets
            for targets in prepared.target_blocks(rows)
        ),
        clusters=min(clusters, len(rows)),
        seed=seed,
    )


@dataclass(frozen=True, kw_only=True)
class Align:
    """Aligns the embedder of a body to its source on a task.

    A run leaves `embedder.safetensors`, `history.csv` and `run.json`.

    Args:
        setup: task, body and model.
        start: how the embedder starts; see `orca.models.embedder`.
        distance: name of the distance that is brought down, with its settings.
        settings: of stage two.
        source: what `embed_source` wrote.
        terms: what `source_terms` wrote for this distance, these settings and this source.
    """

    setup: Setup
    start: EmbedderStart
    distance: str
    distance_settings: DistanceSettings
    settings: AlignSettings
    optimizer: OptimizerSettings
    source: Path
    terms: Path

    @property
    def _groups(self) -> dict[str, Settings]:
        return {
            "model": self.setup.model,
            "optimizer": self.optimizer,
            "align": self.settings,
            "distance": self.distance_settings,
        }

    @property
    def key(self) -> str:
        """Digest of the settings and the code that the step uses."""
        return align_key(
            task=self.setup.task,
            body=self.setup.body,
            start=self.start,
            distance=self.distance,
            settings=self._groups,
        )

    def inputs(self, seed: int) -> Mapping[str, str]:
        """Return the digests of the source's files."""
        del seed
        return digests([self.source, self.terms])

    def _source_distance(self) -> SourceDistance:
        """Return the distance to the source, on the device.

        Raises:
            SettingsError: if the terms are of other settings or of other features.
        """
        device = self.setup.device
        tensors = read_of_body(self.source, self.setup.body)
        terms, record = read_tensors(self.terms)
        mend = f"remove the file and make it again: snakemake {self.terms}"
        wanted = {
            "settings": self.distance_settings.model_dump(mode="json"),
            "features": kept_digest(self.source),
        }
        for name, value in wanted.items():
            if record.get(name) != value:
                what = f"the source terms were computed from other {name}"
                raise SettingsError(where=str(self.terms), what=what, mend=mend)
        if fault := not_finite(terms):
            raise StateError(where=str(self.terms), what=fault, mend=mend)
        source = SourceFeatures.of(tensors["features"].to(device), tensors["labels"].to(device))
        return SourceDistance(
            distance=DISTANCES[self.distance],
            settings=self.distance_settings,
            source=source,
            terms={name: term.to(device) for name, term in terms.items()},
        )

    def _exact_distance(self, source: SourceFeatures) -> SourceDistance | None:
        """Return the distance over all classes at once, where the history is to keep it."""
        if self.settings.record_exact_every is None:
            return None
        return SourceDistance.of(DISTANCES[EXACT], DISTANCES[EXACT].settings(), source)

    def run(self, seed: int, state: State, out: Path) -> None:
        """Align with one seed."""
        torch.manual_seed(seed)
        setup = self.setup
        with Prepared(setup.prepared, setup.task) as prepared:
            distance = self._source_distance()
            labels = target_labels(
                prepared, distance.source, wanted=self.settings.clusters, seed=seed
            )
            held_out = prepared.rows("validation") if self.settings.held_out else np.array([], int)
            rows = prepared.rows("train" if self.settings.held_out else "fit")
            model = setup.build(start="pretrained", embedder=self.start, seed=seed).to(setup.device)
            choices: dict[str, Any] = {"source": distance, "settings": self.settings, "seed": seed}
            history = align(
                model,
                prepared,
                labels[rows],
                rows=rows,
                optimizer=self.optimizer,
                checkpoints=state,
                exact=self._exact_distance(distance.source),
                **choices,
            )
            judged, drawn = (held_out, False) if len(held_out) else (rows, True)
            with history.clock.part("held_out"):
                value = distance_to_source(
                    model, prepared, labels[judged], rows=judged, drawn=drawn, **choices
                )
        which = "aligned_distance" if drawn else "held_out_distance"
        log.info("%s: %s", which.replace("_", " "), value)
        write_tensors(out / "embedder.safetensors", model.embedder.state_dict())
        setup.write_record(
            out,
            history,
            inputs=self.inputs(seed),
            settings=self._groups,
            key=state.key,
            step="align",
            status="ok",
            seed=seed,
            **{which: value},
            epochs_done=len(history.rows),
            target_classes=len(np.unique(labels)),
            distance=self.distance,
            embedder_start=self.start,
        )
