"""Passes a source proxy through the body's own embedding, once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, Num
from torch import Tensor

from orca.data.fetch import check_fetched
from orca.data.proxy import PROXIES, Images, Texts, read_proxy
from orca.logs import log
from orca.models.body import BODIES
from orca.models.source_embedding import embed, to_numbers
from orca.training.augment import AUGMENTATIONS
from orca.training.batches import seeded
from orca.training.tensor_file import write_tensors


@dataclass(frozen=True)
class SourceSamples:
    """Samples of a proxy as a body sees them.

    Args:
        features: means of the embedded tokens.
        labels: number of each sample's class.
        numbers: the samples themselves, for methods that train on them: token numbers of
            sentences, or normalised images.
        label_names: of the classes.
    """

    body: str
    proxy: str
    features: Float[Tensor, "n width"]
    labels: Int[Tensor, " n"]
    numbers: Num[Tensor, "n *sample"]
    label_names: tuple[str, ...]

    def write(self, out: Path) -> None:
        """Write `features` [n, width], `labels` [n], `numbers` [n, ...] as a safetensors file."""
        tensors = {name: getattr(self, name) for name in ("features", "labels", "numbers")}
        record = {"body": self.body, "proxy": self.proxy, "label_names": list(self.label_names)}
        write_tensors(out, tensors, record)


def embed_source(  # noqa: PLR0913 (each is a file or a choice of its own)
    body: str, proxy: str, *, weights: Path, raw: Path, samples: int, device: torch.device
) -> SourceSamples:
    """Return a body's labelled source, the same at each call.

    Folders are those of the body's weights and of the proxy's raw files; so many samples are drawn
    at most.
    """
    BODIES.look_up(body, where="the body")
    check_fetched(PROXIES.look_up(proxy, where="the source proxy"), raw)
    data = read_proxy(proxy, raw)
    order = torch.randperm(len(data.labels), generator=seeded(0, 9)).numpy()
    chosen = np.sort(order[:samples])
    drawn = _samples(data, chosen, proxy)
    labels = torch.from_numpy(data.labels[chosen])
    log.info("%d source samples of %d classes", len(labels), len(labels.unique()))
    return SourceSamples(
        body,
        proxy,
        embed(body, weights, drawn, device=device),
        labels,
        to_numbers(body, weights, drawn),
        tuple(data.names),
    )


def _samples(
    data: Texts | Images, chosen: Int[np.ndarray, " n"], proxy: str
) -> list[str] | Float[np.ndarray, "n 3 height width"]:
    """Return the chosen samples as a body takes them: sentences, or normalised images."""
    if isinstance(data, Texts):
        return [data.texts[number] for number in chosen]
    images = torch.from_numpy(data.images[chosen])
    generator = seeded(0, 18)
    for name in PROXIES[proxy].augmentation:
        AUGMENTATIONS[name](images, generator)
    constants = np.array([PROXIES[proxy].mean, PROXIES[proxy].deviation], np.float32)
    mean, deviation = constants.reshape(2, 1, 3, 1, 1)
    return (images.numpy().astype(np.float32) / 255 - mean) / deviation
