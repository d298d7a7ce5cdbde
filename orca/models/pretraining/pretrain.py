"""Trains a small Swin to tell classes of fractals and digits apart, and keeps it as a body."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor
from torch.nn import functional

from orca.errors import SettingsError
from orca.logs import Clock, log, progress
from orca.models import initialise
from orca.models.assemble import Model, put_together
from orca.models.body import BODIES
from orca.models.encoders.swin import load_swin
from orca.models.predictor import Pooled
from orca.models.pretraining.fractals import fractal_images
from orca.models.shapes import SwinShape
from orca.models.weights import write_card
from orca.provenance import atomic
from orca.settings import ModelSettings, PretrainSettings

DIGITS = 10
IMAGE_SIDE = 64  # of a fractal; the body resizes to its own
STD = 0.1  # of the weights at the start; 0.02, made for widths of 768, starts a width of 32 slowly


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Grey images with the number of each one's class.

    Args:
        images: all of one size.
        labels: class numbers.
        classes: how many classes there are.
    """

    images: UInt8[Tensor, "n side side"]
    labels: Int[Tensor, " n"]
    classes: int


def pretraining_images(settings: PretrainSettings, random: np.random.Generator) -> LabelledImages:
    """Return fractals, and scikit-learn's digits as ten classes more."""
    from sklearn.datasets import load_digits

    fractals, labels = fractal_images(
        classes=settings.fractal_classes,
        per_class=settings.images_per_class,
        side=IMAGE_SIDE,
        random=random,
    )
    digits = load_digits()
    grey = torch.from_numpy(digits.images).float().unsqueeze(1) * (255 / 16)
    size = (IMAGE_SIDE, IMAGE_SIDE)
    large = functional.interpolate(grey, size, mode="bilinear").squeeze(1).byte()
    own = torch.from_numpy(digits.target).long() + settings.fractal_classes
    return LabelledImages(
        torch.cat([torch.from_numpy(fractals), large]),
        torch.cat([torch.from_numpy(labels), own]),
        settings.fractal_classes + DIGITS,
    )


def coloured(
    grey: UInt8[Tensor, "batch side side"], generator: torch.Generator
) -> Float[Tensor, "batch 3 side side"]:
    """Return images on black, each in a random colour, of mean about 0 and deviation about 1.

    They are not moved: with moves of a few points the training needs many times as long.
    """
    tint = 0.4 + 0.6 * torch.rand(len(grey), 3, 1, 1, generator=generator)
    return (grey.unsqueeze(1) / 255 * tint - 0.3) / 0.3


def _learning_rate(step: int, steps: int, highest: float) -> float:
    """Return a rate that rises over a twentieth of all steps, then falls along a cosine."""
    rise = max(1, steps // 20)
    if step < rise:
        return highest * (step + 1) / rise
    return highest * 0.5 * (1 + float(np.cos(np.pi * (step - rise) / max(1, steps - rise))))


def train(
    model: Model, data: LabelledImages, settings: PretrainSettings, generator: torch.Generator
) -> None:
    """Train all weights of a model to tell the classes apart."""
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=settings.weight_decay)
    batches = len(data.labels) // settings.batch_size
    steps = settings.epochs * batches
    losses: list[float] = []
    order = torch.empty(0, dtype=torch.long)
    for step in progress(range(steps), what="pretraining step", total=steps):
        if step % batches == 0:
            order = torch.randperm(len(data.labels), generator=generator)
        start = step % batches * settings.batch_size
        chosen = order[start : start + settings.batch_size]
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, steps, settings.learning_rate)
        output = model(coloured(data.images[chosen], generator))
        loss = functional.cross_entropy(output, data.labels[chosen], label_smoothing=0.1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % batches == 0:
            mean = np.mean(losses[-batches:])
            log.info("epoch %d: training loss %.3f", (step + 1) // batches, mean)


@torch.inference_mode()
def accuracy(model: Model, data: LabelledImages, generator: torch.Generator) -> float:
    """Return the share of images that a model puts into their class."""
    model.eval()
    hits = 0
    for images, labels in zip(data.images.split(64), data.labels.split(64), strict=True):
        hits += int((model(coloured(images, generator)).argmax(dim=1) == labels).sum())
    return hits / len(data.labels)


def _split(
    data: LabelledImages, share: float, generator: torch.Generator
) -> tuple[LabelledImages, LabelledImages]:
    """Return the images to train on, and a share of all that is held out."""
    order = torch.randperm(len(data.labels), generator=generator)
    held = round(share * len(order))
    rest, out = (
        LabelledImages(data.images[rows], data.labels[rows], data.classes)
        for rows in (order[held:], order[:held])
    )
    return rest, out


def body_tensors(model: Model) -> dict[str, Tensor]:
    """Return embedder and body under the names that the library's Swin has for them."""
    outside = {
        "embeddings.patch_embeddings.projection": model.embedder.convolution,
        "embeddings.norm": model.embedder.norm,
    }
    tensors: dict[str, Tensor] = model.body.state_dict()
    for name, part in outside.items():
        tensors |= {f"{name}.{end}": tensor for end, tensor in part.state_dict().items()}
    return tensors


def pretrain(name: str, out: Path, *, settings: PretrainSettings, seed: int) -> None:
    """Pretrain a body that nobody publishes, and write it as if it had been fetched.

    Args:
        name: of a body whose declaration says that it is made here.
        out: folder that gets the weights and `card.json` with the accuracy on held-out images.
        settings: images and training.
        seed: of images, weights and order.

    Raises:
        SettingsError: if the body is a published one.
    """
    from safetensors.torch import save_file

    body = BODIES.look_up(name, where="pretrain")
    if not body.weights.made_by:
        raise SettingsError(
            where=f"the body '{name}'",
            what="it is pretrained already, by those who published it",
            mend=f"fetch it: snakemake results/bodies/{name}/card.json",
        )
    shape: SwinShape = BODIES.modules[name].SHAPE
    generator, clock = torch.Generator().manual_seed(seed), Clock()
    torch.manual_seed(seed)  # of stochastic depth
    with clock.part("images"):
        data = pretraining_images(settings, np.random.default_rng(seed))
        rest, held_out = _split(data, settings.held_out_share, generator)
    log.info("%d images of %d classes", len(rest.labels), rest.classes)
    model = put_together(
        load_swin(shape, None, settings=ModelSettings(), generator=generator),
        input_shape=(3, IMAGE_SIDE, IMAGE_SIDE),
        output=Pooled(data.classes),
        settings=ModelSettings(),
        embedder="copied",
        generator=generator,
    )
    initialise.transformer_(model.body, STD, generator)
    initialise.normal_(model.embedder.convolution.weight, STD, generator)
    with clock.part("train"):
        train(model, rest, settings, generator)
    found = accuracy(model, held_out, generator)
    log.info("accuracy on %d held-out images: %.3f", len(held_out.labels), found)
    with atomic(out / "model.safetensors") as temporary:
        save_file({k: v.contiguous() for k, v in body_tensors(model).items()}, temporary)
    write_card(
        name, out, way="pretraining", held_out_accuracy=found, classes=data.classes, seed=seed,
        settings=settings.model_dump(mode="json"), seconds=clock.seconds,
    )  # fmt: skip
