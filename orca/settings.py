"""Settings of a run: each key's type, range and meaning. An unknown key is an error."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orca.declarations import nearest
from orca.errors import SettingsError

Rate = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
S = TypeVar("S", bound="Settings")


class Settings(BaseModel):
    """A frozen group of settings that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ModelSettings(Settings):
    """The shape of embedder, body and predictor around a task."""

    sequence_length: Count = Field(
        64, description="tokens that the embedder of a sequence body aims at"
    )
    kernel_rule: Literal["smallest_divisor", "closest_padded"] = Field(
        "closest_padded",
        description="how the embedder's kernel follows from the sequence length:"
        " `closest_padded` as the paper (A.2.3), `smallest_divisor` as the official code",
    )
    kernel: Count | None = Field(
        None,
        description="side of the embedder's kernel, whatever the rule; null: by the rule;"
        " 1 makes a token of each point, so that resolution is nothing to it (Table 16)",
    )
    more_points: Literal["finer", "longer"] = Field(
        "finer",
        description="what an input with more points than the task declares is: the same stretch"
        " sampled more finely, whose tokens have positions between those of training, or a longer"
        " one, which goes on with positions that training has not seen (official code)",
    )
    folded_tokens: Count = Field(
        1024, description="tokens that a sequence is cut into for a body of grids"
    )
    positions: Literal["body", "random"] = Field(
        "body",
        description="where position embeddings start: the body's own table (official code,"
        " always) or random",
    )
    dense_head: Literal["pixel_shuffle", "pooling"] = Field(
        "pixel_shuffle",
        description="predictor of fields: `pixel_shuffle` as the paper (3.1),"
        " `pooling` as the official code",
    )
    dropout: Share = Field(0.0, description="of the body's hidden states and attention")
    lora_rank: Count = Field(8, description="of the added low-rank weights, where they are trained")
    lora_alpha: Count = Field(16, description="over `lora_rank`: factor on the low-rank weights")
    prompts: Count = Field(10, description="prompts per block, where prompts are trained")
    gradient_checkpointing: bool = Field(
        False, description="recompute activations in the backward pass, to save memory"
    )


class OptimizerSettings(Settings):
    """What moves the weights in stages two and three."""

    optimizer: Literal["adamw", "adam", "sgd"] = Field("adamw", description="which one")
    learning_rate: Rate = Field(1.0e-4, description="of fine-tuning, at its highest")
    weight_decay: Share = Field(0.0, description="of the optimizer")
    momentum: Share = Field(0.9, description="of sgd")
    betas: tuple[Share, Share] = Field((0.9, 0.98), description="of adam and adamw")


class AlignSettings(Settings):
    """Stage two."""

    epochs: Annotated[int, Field(ge=0)] = Field(60, description="of embedder training")
    rate_factor: Annotated[float, Field(gt=0)] = Field(
        10.0, description="embedder's learning rate over fine-tuning's (official code)"
    )
    milestones: tuple[Count, ...] = Field(
        (20, 40, 60), description="epochs after which the learning rate is multiplied by `decay`"
    )
    decay: Annotated[float, Field(gt=0, le=1)] = Field(0.2, description="see `milestones`")
    samples_per_class: Count = Field(
        128, description="samples drawn from a class in one round (b of Algorithm 1)"
    )
    rounds: Count = Field(1, description="rounds averaged for a class (R of Algorithm 1)")
    step_per: Literal["epoch", "class"] = Field(
        "epoch", description="an optimizer step after all classes (official) or after each"
    )
    clusters: Count | Literal["source_classes"] = Field(
        "source_classes",
        description="pseudo-classes of a target without classes: as many as the source has"
        " (paper, 3.4); the official code has 10",
    )
    source_samples: Count = Field(5000, description="source features that are used")
    patience: Count | None = Field(
        None, description="stop after so many epochs without a lower distance; null: never"
    )
    distance: dict[str, Any] = Field({}, description="settings of the distance itself")
    record_value_every: Count = Field(
        1,
        description="epochs between two entries of the distance itself in the history; in those"
        " between, only the part that moves is computed",
    )
    record_exact_every: Count | None = Field(
        None,
        description="epochs between two entries of the exact distance, over all classes at once, in"
        " the history (Figure 6); null: none",
    )
    exact_samples: Count = Field(
        2000, description="target samples, drawn once, that the exact distance is taken of at most"
    )


class PareSettings(Settings):
    """Patch replacement, PaRe's way of fine-tuning; null: as its code for this kind of task."""

    first_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="share of the target's patches that are replaced in the first epoch"
    )
    lost_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="how much of `first_share` is given up, evenly, over all epochs"
    )
    mix_weight: Annotated[float, Field(ge=0)] | None = Field(
        None, description="of the mixed batch's loss beside the plain one"
    )
    sampled_epochs: Annotated[int, Field(ge=0)] | None = Field(
        None, description="epochs at the start in which patches are sampled and the gate learns"
    )
    temperature: Annotated[float, Field(gt=0)] = Field(0.9, description="of the sampling")


class FinetuneSettings(OptimizerSettings, ModelSettings):
    """Stage three, and the shape of the model that all stages share."""

    epochs: Count = Field(60, description="of fine-tuning")
    batch_size: Count = Field(32, description="samples per micro-batch")
    accumulation: Count = Field(1, description="micro-batches per optimizer step")
    accumulate: Literal["mean", "sum"] = Field(
        "mean", description="how micro-batches' gradients are joined; the official code sums"
    )
    gradient_clipping: Annotated[float, Field(gt=0)] | None = Field(
        None, description="largest norm of the gradient; null: no clipping"
    )
    schedule: Literal["warmup_linear", "step", "constant"] = Field(
        "warmup_linear", description="course of the learning rate"
    )
    warmup_epochs: Annotated[int, Field(ge=0)] = Field(5, description="of `warmup_linear`")
    decay_epochs: Count | None = Field(
        None, description="epoch at which `warmup_linear` reaches 0; null: the last"
    )
    selection: Literal["last_epoch", "best_on_validation", "test_as_published"] = Field(
        "last_epoch",
        description="the epoch whose weights are kept: the last (paper), the best on the"
        " validation samples, or the best on the test split (official code)",
    )
    validate_every: Annotated[int, Field(ge=0)] = Field(
        0, description="epochs between two scores on validation samples; 0: none"
    )
    fraction: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0, description="share of the training samples that is used (Figure 4, right)"
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32", description="`bfloat16`: automatic mixed precision"
    )
    checkpoint_seconds: Annotated[float, Field(ge=0)] = Field(
        30.0, description="least seconds between two checkpoints; changes no result"
    )
    align: AlignSettings = Field(AlignSettings(), description="stage two")
    pare: PareSettings = Field(PareSettings(), description="patch replacement, for PaRe's methods")


class TuningSettings(Settings):
    """The search by asynchronous successive halving (ASHA)."""

    trials: Count = Field(32, description="configurations tried")
    min_epochs: Count = Field(1, description="epochs of the lowest rung")
    max_epochs: Count = Field(10, description="epochs of the highest rung")
    reduction_factor: Annotated[int, Field(ge=2)] = Field(
        3, description="one configuration in so many goes on to the next rung"
    )
    workers: Count = Field(2, description="jobs that share one search")
    seed: Annotated[int, Field(ge=0)] = Field(0, description="of the search's own draws")


class PretrainSettings(Settings):
    """Pretraining of a small body for grids, where no published one can be had."""

    fractal_classes: Count = Field(80, description="kinds of fractals to tell apart")
    images_per_class: Count = Field(40, description="images of each kind")
    held_out_share: Share = Field(0.05, description="images not trained on, to measure accuracy")
    epochs: Count = Field(5, description="of training")
    batch_size: Count = Field(32, description="images per step")
    learning_rate: Rate = Field(2.0e-3, description="of AdamW, at its highest")
    weight_decay: Share = Field(0.05, description="of AdamW")
    seed: Annotated[int, Field(ge=0)] = Field(0, description="of images, weights and order")


def _fault(model: type[BaseModel], error: Mapping[str, Any]) -> tuple[str, str]:
    """Return what is wrong and the mend, for the first error that pydantic found."""
    key = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        for part in error["loc"][:-1]:
            field = model.model_fields.get(str(part))
            kind = field.annotation if field else None
            model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else model
        return f"there is no key '{key}'", nearest(key, list(model.model_fields))
    got = error["input"]
    return f"{error['msg']}, but it is {got!r}", "config/README.md lists every key and its range"


def checked(model: type[S], content: Mapping[str, Any], *, where: str) -> S:
    """Return `content` as settings.

    Args:
        model: which settings.
        content: keys and values, as read from YAML or JSON.
        where: the file, for the error.

    Raises:
        SettingsError: naming the key, the fault and the nearest key or the allowed range.
    """
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        first = fault.errors()[0]
        what, mend = _fault(model, first)
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(where=f"{where}, {place}", what=what, mend=mend) from fault


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return keys and values with others put over them; nested groups are merged likewise."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        nested = isinstance(value, Mapping) and isinstance(old, Mapping)
        merged[key] = merge(old, value) if nested else value  # type: ignore[arg-type]
    return merged


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file's content.

    Raises:
        SettingsError: if the file is missing or is no YAML mapping.
    """
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as fault:
        raise SettingsError(
            where=str(path), what=f"it cannot be read: {fault}", mend="restore or correct the file"
        ) from fault
    if not isinstance(content, dict):
        raise SettingsError(
            where=str(path), what="it holds no keys", mend="write `key: value` lines"
        )
    return content


def as_json(settings: Settings) -> str:
    """Return settings as one line of JSON with sorted keys: equal settings, equal text."""
    return json.dumps(settings.model_dump(mode="json"), sort_keys=True)
