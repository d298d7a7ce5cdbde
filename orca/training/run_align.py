"""Stage two as a step: from prepared data and source features to aligned embedders."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int

from orca.alignment.distance import DISTANCES
from orca.alignment.pseudo_labels import pseudo_labels
from orca.alignment.source import Source
from orca.data.store import Prepared
from orca.data.task import Classes
from orca.errors import SettingsError
from orca.logs import log
from orca.methods.method import Method
from orca.provenance import file_digest
from orca.training.align import Alignment, Objective, Target
from orca.training.cell import Cell
from orca.training.checkpoint import State, read_tensors, write_tensors
from orca.training.record import digests, write_history, write_run

EXACT = "otdd_joint"  # the distance that Algorithm 1 estimates


@dataclass(frozen=True, kw_only=True)
class SourceFiles:
    """The cached source of a body.

    Args:
        features: what `embed_source` wrote.
        terms: what the distance keeps of these features.
    """

    features: Path
    terms: Path

    def objective(self, distance: str, cell: Cell) -> Objective:
        """Return a distance to this source, on the cell's device.

        Raises:
            SettingsError: if the terms are of other settings than the cell's, or other features.
        """
        declared = DISTANCES.look_up(distance, where="--distance")
        settings = declared.read_settings(
            cell.settings.align.distance, where="config/hyperparameters.yaml, align.distance"
        )
        tensors, _ = read_tensors(self.features)
        terms, record = read_tensors(self.terms)
        wanted = {
            "settings": settings.model_dump(mode="json"),
            "features": file_digest(self.features),
        }
        for name, value in wanted.items():
            if record.get(name) != value:
                raise SettingsError(
                    where=str(self.terms),
                    what=f"the source terms were computed from other {name}",
                    mend="run `snakemake` for this alignment, which makes the terms that it needs",
                )
        source = Source.of(tensors["features"].to(cell.device), tensors["labels"].to(cell.device))
        on_device = {name: term.to(cell.device) for name, term in terms.items()}
        return Objective(distance=declared, settings=settings, source=source, terms=on_device)


def exact_objective(source: Source, cell: Cell) -> Objective | None:
    """Return the distance over all classes at once, where the history is to keep it."""
    if cell.settings.align.record_exact_every is None:
        return None
    declared = DISTANCES[EXACT]
    settings = declared.read_settings({}, where=EXACT)
    terms = declared.load().source_terms(source, settings)
    return Objective(distance=declared, settings=settings, source=source, terms=terms)


def target_labels(
    cell: Cell, prepared: Prepared, source: Source, seed: int
) -> Int[np.ndarray, " n"]:
    """Return the class of every sample of a prepared set, or its cluster of outputs.

    Source: ORCA (ICML 2023), section 3.4: without classes, clusters of the outputs stand in.
    """
    rows = prepared.rows("fit")
    if isinstance(cell.task.target, Classes):
        _, labels = np.unique(prepared.targets(rows), return_inverse=True)
        return labels.astype(np.int64)
    wanted = cell.settings.align.clusters
    clusters = len(source.sizes) if wanted == "source_classes" else wanted
    return pseudo_labels(
        (targets for _, targets in prepared.blocks(rows)),
        clusters=min(clusters, len(rows)),
        seed=seed,
    )


@dataclass(frozen=True, kw_only=True)
class Align:
    """Aligns the embedder of a body to its source on a task.

    A run leaves `embedder.safetensors`, `history.csv` and `run.json`.

    Args:
        cell: task, body and settings.
        method: names the distance and how the embedder starts.
        source: the body's cached source.
    """

    cell: Cell
    method: Method
    source: SourceFiles

    def __post_init__(self) -> None:
        object.__setattr__(self, "cell", self.cell.fixed_by(self.method))

    def inputs(self, seed: int) -> Mapping[str, str]:
        """Return the digests of the source's files."""
        del seed
        return digests([self.source.features, self.source.terms])

    def facts(self) -> Mapping[str, Any]:
        """Return what is aligned how."""
        return {
            "distance": self.method.alignment,
            "embedder_start": self.method.embedder,
        }

    def run(self, seed: int, state: State, out: Path) -> None:
        """Align with one seed."""
        torch.manual_seed(seed)
        cell = self.cell
        with Prepared(cell.prepared, cell.task) as prepared:
            objective = self.source.objective(self.method.alignment, cell)
            labels = target_labels(cell, prepared, objective.source, seed)
            rows, held_out = prepared.rows("train"), prepared.rows("validation")
            run = Alignment(
                model=cell.model(self.method, seed),
                objective=objective,
                target=Target(prepared, rows, labels[rows]),
                settings=cell.settings,
                seed=seed,
                state=state,
                exact=exact_objective(objective.source, cell),
            )
            run.run()
            with run.clock.part("held_out"):
                rest = Target(prepared, held_out, labels[held_out])
                value = run.held_out_value(rest) if len(held_out) else None
        log.info("distance of the held-out samples: %s", value)
        write_tensors(out / "embedder.safetensors", run.model.embedder.state_dict())
        write_history(out / "history.csv", run.history)
        write_run(
            out / "run.json",
            device=cell.device,
            clock=run.clock,
            inputs={**cell.input_digests, **self.inputs(seed)},
            step="align",
            status="ok",
            seed=seed,
            distance_settings=objective.settings.model_dump(mode="json"),
            held_out_distance=value,
            epochs_done=len(run.history),
            target_classes=len(np.unique(labels)),
            **self.facts(),
            **cell.record(),
        )
