"""PaRe's objective: the plain task loss, and a loss on samples mixed with source patches.

Source: Cai et al. 2024 (PaRe, arXiv:2406.09003), and its code.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn
from torch.nn import functional

from orca.errors import SettingsError
from orca.methods.objectives.mixing import Curriculum, Replaced, mix_ranked, mix_sampled
from orca.methods.objectives.objective import Objective, ObjectiveInputs
from orca.methods.pare import PareSettings
from orca.models import initialise
from orca.models.assemble import Model
from orca.models.predictor import DenseHead, ImageDecoderHead, pool
from orca.models.source_embedding import source_embedder

PATCHES = 56 * 56  # that Swin has; shares of patches are whole numbers of these


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """The numbers that differ between PaRe's three scripts.

    Args:
        curriculum: how many patches are replaced.
        mix_weight: of the mixed samples' loss.
        sampled_epochs: epochs at the start in which patches are sampled and the gate learns.
    """

    curriculum: Curriculum
    mix_weight: float
    sampled_epochs: int


def _over_swin(first: int, lost: int) -> Curriculum:
    """Return `begin_num` and `end_num` of a configuration, over the patches that Swin has."""
    return Curriculum(first=Fraction(first, PATCHES), lost=Fraction(lost, PATCHES), of="target")


SEQUENCE = Replacement(
    curriculum=Curriculum(first=Fraction(1), lost=Fraction(1), of="source"),
    mix_weight=0.1,
    sampled_epochs=5,
)
GRID_DENSE = Replacement(curriculum=_over_swin(1000, 500), mix_weight=0.3, sampled_epochs=10)
GRID = Replacement(curriculum=_over_swin(2000, 1500), mix_weight=1.0, sampled_epochs=10)


def _official(model: Model) -> Replacement:
    if len(model.embedder.patches.tokens) == 1:
        return SEQUENCE
    dense = isinstance(model.predictor, DenseHead | ImageDecoderHead)
    return GRID_DENSE if dense else GRID


def replacement_of(model: Model, settings: PareSettings) -> Replacement:
    """Return the settings' numbers; where none are set, the code's for this kind of body and output.

    Source: PaRe's three scripts: 2D classification, 2D dense, 1D; `begin_num` and `end_num` of
    its configurations over the 3136 patches that Swin has.
    """
    official = _official(model)
    shares = {"first": settings.first_share, "lost": settings.lost_share}
    asked = {
        name: Fraction(share).limit_denominator(PATCHES)
        for name, share in shares.items()
        if share is not None
    }
    curriculum = official.curriculum
    if asked:
        curriculum = replace(curriculum, **asked, of="target")
    weight, sampled = settings.mix_weight, settings.sampled_epochs
    return Replacement(
        curriculum=curriculum,
        mix_weight=official.mix_weight if weight is None else weight,
        sampled_epochs=official.sampled_epochs if sampled is None else sampled,
    )


class Gate(nn.Module):
    """A score between 0 and 1 for each patch, from this patch alone."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1)

    def forward(
        self, patches: Float[Tensor, "batch patches width"]
    ) -> Float[Tensor, "batch patches"]:
        """Return the scores."""
        return torch.sigmoid(self.linear(patches)).squeeze(2)


class PatchReplacement(Objective):
    """The loss of a batch and of its mixture with source samples.

    With λ the share of replaced patches, o the output, m of the mixed samples:
    loss(o, y) + weight * [(1 - λ) loss(o_m, y) + λ cross_entropy(source head, source label)].

    Args:
        inputs: model, loss, settings, generator of random weights.
        embedder: the body's own embedding, frozen; not part of what is trained or stored.
        replaced: which target patches go when none are sampled.
        sampled: whether patches are sampled in the first epochs.

    Differs from the code: source samples are drawn anew for every batch rather than taken in
    turn, so no batch is left without its mixture; the source head has an output for each class of
    the source, unless `source_outputs` says 200; a dense task has a source head like the others (as
    the figure), where the code compares the one dense output with foreground maps; the mixture is a
    copy, where the code overwrites what the plain pass still needs.
    """

    def __init__(
        self, inputs: ObjectiveInputs, embedder: nn.Module, *, replaced: Replaced, sampled: bool
    ) -> None:
        super().__init__(inputs.task_loss)
        model, settings = inputs.model, inputs.settings
        assert isinstance(settings, PareSettings)
        numbers, labels = inputs.source["numbers"], inputs.source["labels"].long()
        self.replacement = replacement_of(model, settings)
        self.sampled_epochs = self.replacement.sampled_epochs if sampled else 0
        self.temperature, self.replaced = settings.temperature, replaced
        outputs = max(int(labels.max()) + 1, settings.source_outputs or 0)
        self.gate = initialise.blank(lambda: Gate(model.width))
        self.source_head = initialise.blank(lambda: nn.Linear(model.hidden_width, outputs))
        initialise.linear_default_(self, inputs.generator)
        self._frozen = (embedder, numbers, labels)  # in a tuple, so that torch overlooks them

    @torch.no_grad()
    def _draw(
        self, count: int, generator: torch.Generator
    ) -> tuple[Float[Tensor, "batch patches width"], Int[Tensor, " batch"]]:
        """Return the patches and the labels of `count` source samples."""
        embedder, numbers, labels = self._frozen
        chosen = torch.randint(len(labels), (count,), generator=generator, device=labels.device)
        return embedder(numbers[chosen]), labels[chosen]

    def mixed(
        self,
        target: Float[Tensor, "batch patches width"],
        source: Float[Tensor, "batch source_patches width"],
        count: int,
        *,
        epoch: int,
        generator: torch.Generator,
    ) -> Float[Tensor, "batch patches width"]:
        """Return the target's patches with `count` of them replaced."""
        scores = self.gate(target).to(target.dtype), self.gate(source).to(target.dtype)
        if epoch < self.sampled_epochs:
            return mix_sampled(
                target, source, scores, count, temperature=self.temperature, generator=generator
            )
        return mix_ranked(target, source, scores, count, replaced=self.replaced)

    def loss(
        self,
        model: Model,
        inputs: Float[Tensor, "batch channels *size"],
        targets: Shaped[Tensor, "batch *target"],
        *,
        epoch: int,
        epochs: int,
        generator: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Return the loss of a batch; see `Objective.loss`."""
        tokens = model.embed(inputs)
        source, labels = self._draw(len(inputs), generator)
        patches = tokens.shape[1]
        count = self.replacement.curriculum.count(
            epoch, epochs, target=patches, source=source.shape[1]
        )
        weight, points = self.replacement.mix_weight, tuple(inputs.shape[2:])
        plain = self.task_loss(model.predict(model.encode(tokens), points=points), targets)
        if count == 0 or weight == 0:
            return plain
        hidden = model.encode(self.mixed(tokens, source, count, epoch=epoch, generator=generator))
        of_target = self.task_loss(model.predict(hidden, points=points), targets)
        of_source = functional.cross_entropy(self.source_head(pool(hidden)), labels)
        share = count / patches
        return plain + weight * ((1 - share) * of_target + share * of_source)


def make(inputs: ObjectiveInputs, *, replaced: Replaced, sampled: bool) -> PatchReplacement:
    """Return the objective for a model; arguments as of `PatchReplacement`.

    Raises:
        SettingsError: if there are no source samples.
    """
    if "numbers" not in inputs.source:
        raise SettingsError(
            where=f"the cached source of the body '{inputs.body}'",
            what="it holds features alone, and patch replacement needs the samples themselves",
            mend=f"make it again: remove results/source/{inputs.body} and run the same target",
        )
    numbers = inputs.source["numbers"]
    embedder = source_embedder(inputs.body, inputs.weights, image_shape=tuple(numbers.shape[1:]))
    embedder = embedder.to(numbers.device)
    return PatchReplacement(inputs, embedder, replaced=replaced, sampled=sampled)


replace_lowest = partial(make, replaced="lowest", sampled=True)
replace_highest = partial(make, replaced="highest", sampled=True)
replace_lowest_from_the_start = partial(make, replaced="lowest", sampled=False)
