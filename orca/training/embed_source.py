"""Passes a source proxy through the body's own embedding, once."""

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int

from orca.data.proxy import PROXIES, Images, Texts, read_proxy
from orca.logs import log
from orca.models.body import BODIES
from orca.models.source_embedding import embed, to_numbers
from orca.training.batches import seeded
from orca.training.tensor_file import write_tensors


def embed_source(  # noqa: PLR0913 (each is a file or a choice of its own)
    body: str,
    proxy: str,
    *,
    weights: Path,
    raw: Path,
    out: Path,
    samples: int,
    device: torch.device,
) -> None:
    """Write a body's labelled source: `features` [n, width], `labels` [n], `numbers` [n, ...].

    The numbers are the samples themselves, for methods that train on them: token numbers of
    sentences, or normalised images.

    Args:
        body: its name.
        proxy: name of the source proxy that is embedded.
        weights: folder of the body's weights.
        raw: raw folder of the proxy.
        out: the safetensors file.
        samples: how many source samples are drawn, at most.
        device: that the embedding runs on.
    """
    BODIES.look_up(body, where="the body")
    data = read_proxy(proxy, raw)
    order = torch.randperm(len(data.labels), generator=seeded(0, 9)).numpy()
    chosen = np.sort(order[:samples])
    drawn = _samples(data, chosen, proxy)
    features = embed(body, weights, drawn, device=device)
    labels = torch.from_numpy(data.labels[chosen])
    log.info("%d source samples of %d classes", len(labels), len(labels.unique()))
    record = {"body": body, "proxy": proxy, "label_names": list(data.names)}
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
