"""Computes all that a distance needs of the source alone, once for all tasks.

The file written here is the cache of the label distances within the source, which
`orca.alignment.otdd` computes by `orca.alignment.label_cost`; `orca.training.align` reads it.
"""

from pathlib import Path

import torch

from orca.alignment.distance import DISTANCES, DistanceSettings
from orca.alignment.features import SourceFeatures
from orca.provenance import file_digest
from orca.training.tensor_file import read_tensors, write_tensors


def source_terms(
    distance: str, *, source: Path, settings: DistanceSettings, out: Path, device: torch.device
) -> None:
    """Write what a distance keeps of the source that `embed_source` wrote, as a safetensors file.

    That is all that does not depend on an embedder.
    """
    declared = DISTANCES.look_up(distance, where="the distance")
    tensors, _ = read_tensors(source)
    features = SourceFeatures.of(tensors["features"].to(device), tensors["labels"].to(device))
    terms = declared.load().source_terms(features, settings)
    record = {"settings": settings.model_dump(mode="json"), "features": file_digest(source)}
    write_tensors(out, terms, record)
