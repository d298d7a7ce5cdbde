"""Settings of the two stages that train on a task: alignment and fine-tuning."""

from typing import Annotated, Literal

from pydantic import Field

from orca.models.settings import ModelSettings
from orca.settings import Count, Rate, Settings, Share

Epochs = Annotated[int, Field(ge=0)]
Precision = Literal["float32", "tf32", "bfloat16"]
Compiled = Literal["off", "default", "reduce-overhead"]
Compile = Literal["auto", "off", "default", "reduce-overhead"]
CheckpointSeconds = Annotated[float, Field(ge=0)]
CHECKPOINT_SECONDS = 30.0  # between two checkpoints, unless the configuration says otherwise
SOURCE_SAMPLES = 5000  # that are embedded at most, unless the configuration says otherwise (A.2.4)
HELD_BYTES = 2 << 30  # training data up to this size, as they are stored, are read once and kept


class OptimizerSettings(Settings):
    """This optimizer moves the weights in both stages."""

    name: Literal["adamw", "adam", "sgd"] = Field(
        default="adamw", description="Both stages train with this optimizer."
    )
    learning_rate: Rate = Field(
        default=1.0e-4, description="Fine-tuning has this learning rate at its highest."
    )
    weight_decay: Share = Field(
        default=0.0,
        description="Weights decay at this rate (decoupled for `adamw`, L2 for the others).",
    )
    momentum: Share = Field(default=0.9, description="`sgd` has this momentum.")
    betas: tuple[Share, Share] = Field(
        default=(0.9, 0.98),
        description="The running averages of `adam` and `adamw` decay at these rates.",
    )


class AlignSettings(Settings):
    """Stage two trains the embedder until target features lie like the source's."""

    epochs: Epochs = Field(
        default=60, description="Stage two trains the embedder for this many epochs."
    )
    rate_factor: Annotated[float, Field(gt=0)] = Field(
        default=10.0,
        description="The embedder's learning rate is fine-tuning's times this; where fine-tuning's is"
        " above 1e-3, the two are equal (official code).",
    )
    milestones: tuple[Count, ...] = Field(
        default=(20, 40, 60),
        description="After each of these epochs the embedder's learning rate is multiplied by"
        " `decay`.",
    )
    decay: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.2, description="Each milestone multiplies the embedder's learning rate by this."
    )
    held_out: bool = Field(
        default=True,
        description="The validation samples are left out, and the history ends with their distance;"
        " the official code aligns on all samples but the test's.",
    )
    samples_per_class: Count = Field(
        default=128, description="One round draws this many samples of a class (b of Algorithm 1)."
    )
    rounds: Count = Field(
        default=1,
        description="The distance of a class is the mean of this many rounds (R of Algorithm 1).",
    )
    single_samples: bool = Field(
        default=True,
        description="A class of one target sample takes part; the official code leaves it out.",
    )
    step_per: Literal["epoch", "class"] = Field(
        default="epoch",
        description="The optimizer steps once after all classes (official code) or after each.",
    )
    clusters: Count | Literal["source_classes"] = Field(
        default="source_classes",
        description="A target without classes is clustered into this many pseudo-classes, or into the"
        " number of classes of the source (paper, 3.4); the official code has 10.",
    )
    patience: Count | None = Field(
        default=None,
        description="Stage two stops after this many epochs without a lower distance; null goes"
        " on to the last epoch.",
    )
    record_value_every: Count = Field(
        default=1,
        description="The history has the distance itself once in this many epochs; in those between,"
        " only the part that moves is computed.",
    )
    record_exact_every: Count | None = Field(
        default=None,
        description="The history has the exact distance, over all classes at once, once in this many"
        " epochs (Figure 6); null leaves it out.",
    )
    exact_samples: Count = Field(
        default=2000,
        description="The exact distance is taken of at most this many target samples, drawn once.",
    )


class FinetuneSettings(Settings):
    """Stage three trains the weights on the task."""

    epochs: Count = Field(default=60, description="Stage three trains for this many epochs.")
    batch_size: Count = Field(default=32, description="A micro-batch has this many samples.")
    min_batches_per_epoch: Count = Field(
        default=1,
        description="An epoch has at least this many micro-batches: it passes over a small set as"
        " often as that takes.",
    )
    accumulation: Count = Field(
        default=1, description="An optimizer step joins the gradients of this many micro-batches."
    )
    accumulate: Literal["mean", "sum", "official"] = Field(
        default="mean",
        description="The gradients of micro-batches are averaged or summed; with `official` they are"
        " summed as in the official code, which drops those that fill no step at an epoch's end, and"
        " cuts the sum after each.",
    )
    gradient_clipping: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="A longer gradient is cut to this norm; null cuts none."
    )
    schedule: Literal["warmup_linear", "step", "constant"] = Field(
        default="warmup_linear", description="Fine-tuning's learning rate follows this schedule."
    )
    warmup_epochs: Epochs = Field(
        default=5, description="The learning rate of `warmup_linear` rises for this many epochs."
    )
    decay_epochs: Count | None = Field(
        default=None,
        description="The learning rate of `warmup_linear` reaches 0 at this epoch; null is the"
        " last.",
    )
    milestones: tuple[Count, ...] = Field(
        default=(20, 40, 60),
        description="After each of these epochs the learning rate of `step` is multiplied by"
        " `decay`.",
    )
    decay: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.2, description="Each milestone multiplies the learning rate of `step` by this."
    )
    selection: Literal["last_epoch", "best_on_validation", "test_as_published"] = Field(
        default="last_epoch",
        description="The weights that are kept are the last epoch's (paper), those of the best"
        " epoch on the validation samples, or of the best on the test split (official code).",
    )
    validate_every: Epochs = Field(
        default=0,
        description="The validation samples are scored once in this many epochs; 0 scores none.",
    )
    fraction: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1.0, description="This share of the training samples is used (Figure 4, right)."
    )
    precision: Precision = Field(
        default="tf32",
        description="Matrix products are taken of `float32` numbers; of `tf32` ones, which GPUs from"
        " Ampere on multiply several times as fast and other devices do not know (there it is"
        " float32); or of `bfloat16` ones, by automatic mixed precision. Weights, optimizer, losses"
        " and metrics are float32 always.",
    )
    compile: Compile = Field(
        default="auto",
        description="The model runs as PyTorch writes it (`off`), as code compiled for its shapes"
        " (`default`), or as compiled code that a GPU replays whole (`reduce-overhead`). `auto` is"
        " the last on a GPU, if steps take longer to launch than to compute, are enough to make up"
        " for compiling, which takes a minute or so, and the model can be compiled; else `off`.",
    )


# The groups that each stage reads, beside those of the distance and of the method.
ALIGN_READS: dict[str, type[Settings]] = {
    "model": ModelSettings,
    "optimizer": OptimizerSettings,
    "align": AlignSettings,
}
FINETUNE_READS: dict[str, type[Settings]] = {
    "model": ModelSettings,
    "optimizer": OptimizerSettings,
    "finetune": FinetuneSettings,
}
GROUPS = ALIGN_READS | FINETUNE_READS
