"""Passes a source proxy through the body's own embedding, once, and keeps what distances need."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int

from orca.alignment.distance import DISTANCES
from orca.alignment.source import Source
from orca.data.source import PROXIES, Images, Texts, read_proxy
from orca.logs import Clock, log
from orca.models.body import BODIES
from orca.models.source import embed, to_numbers
from orca.provenance import file_digest
from orca.training.batches import seeded
from orca.training.checkpoint import read_tensors, write_tensors


def embed_source(
    body: str, *, weights: Path, raw: Path, out: Path, samples: int, device: torch.device
) -> None:
    """Write a body's labelled source: `features` [n, width], `labels` [n], `numbers` [n, ...].

    The numbers are the samples themselves, for methods that train on them: token numbers of
    sentences, or normalised images.

    Args:
        body: its name; it names the source proxy.
        weights: folder of the body's weights.
        raw: raw folder of the proxy.
        out: the safetensors file.
        samples: how many source samples are drawn, at most.
        device: that the embedding runs on.
    """
    declared = BODIES.look_up(body, where="--body")
    clock = Clock()
    with clock.part("read"):
        data = read_proxy(declared.proxy, raw)
        order = torch.randperm(len(data.labels), generator=seeded(0, 9)).numpy()
        chosen = np.sort(order[:samples])
    with clock.part("embed"):
        drawn = _samples(data, chosen, declared.proxy)
        features = embed(body, weights, drawn, device=device)
    labels = torch.from_numpy(data.labels[chosen])
    log.info("%d source samples of %d classes", len(labels), len(labels.unique()))
    record: dict[str, Any] = {
        "body": body,
        "proxy": declared.proxy,
        "label_names": list(data.names),
        "seconds": clock.seconds,
    }
    numbers = to_numbers(body, weights, drawn)
    write_tensors(out, {"features": features, "labels": labels, "numbers": numbers}, record)


def _samples(
    data: Texts | Images, chosen: Int[np.ndarray, " n"], proxy: str
) -> list[str] | Float[np.ndarray, "n 3 height width"]:
    """Return the chosen samples as a body takes them: sentences, or normalised images."""
    if isinstance(data, Texts):
        return [data.texts[number] for number in chosen]
    mean, deviation = (
        np.array(constants, np.float32).reshape(1, 3, 1, 1)
        for constants in (PROXIES[proxy].mean, PROXIES[proxy].deviation)
    )
    return (data.images[chosen].astype(np.float32) / 255 - mean) / deviation


def source_terms(
    distance: str,
    *,
    source: Path,
    settings: Mapping[str, Any],
    out: Path,
    device: torch.device,
) -> None:
    """Write what a distance keeps of the source: all that does not depend on an embedder.

    Args:
        distance: its name.
        source: the features that `embed_source` wrote.
        settings: of the distance, over its defaults.
        out: the safetensors file.
        device: that the terms are computed on.
    """
    declared = DISTANCES.look_up(distance, where="--distance")
    checked = declared.read_settings(settings, where="--settings")
    tensors, _ = read_tensors(source)
    features = Source.of(tensors["features"].to(device), tensors["labels"].to(device))
    clock = Clock()
    with clock.part("terms"):
        terms = declared.load().source_terms(features, checked)
    log.info("source terms of %s: %.1f s", distance, clock.seconds["terms"])
    record = {
        "settings": checked.model_dump(mode="json"),
        "features": file_digest(source),
        "seconds": clock.seconds,
    }
    write_tensors(out, terms, record)
