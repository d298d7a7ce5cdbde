"""PaRe: the tables of the reference, and what mixing does to samples and gradients."""

from fractions import Fraction
from pathlib import Path

import pytest
import torch
from torch.nn.functional import cross_entropy, mse_loss

from orca.methods.objectives.mixing import Curriculum, mix_ranked, mix_sampled
from orca.methods.objectives.objective import ObjectiveInputs
from orca.methods.objectives.patch_replacement import (
    GRID,
    GRID_DENSE,
    SEQUENCE,
    PatchReplacement,
    replacement_of,
)
from orca.methods.pare import PareSettings
from orca.models.predictor import Dense, Pooled
from orca.models.settings import ModelSettings
from tests.models.library_models import loaded, toy_model

TABLE = [  # task, curriculum, N, E, k first, at 5, at 10, last, share first, share last
    ("CIFAR-100", GRID.curriculum, 3136, 60, 2000, 1875, 1750, 525, 0.6378, 0.1674),
    ("FSD50K", GRID.curriculum, 3136, 100, 2000, 1925, 1850, 515, 0.6378, 0.1642),
    ("Darcy", GRID_DENSE.curriculum, 3136, 100, 1000, 975, 950, 505, 0.3189, 0.1610),
    ("ECG", SEQUENCE.curriculum, 50, 15, 32, 21, 10, 2, 0.6400, 0.0400),
    ("Satellite", SEQUENCE.curriculum, 46, 60, 32, 29, 26, 0, 0.6957, 0.0),
    ("DeepSEA", SEQUENCE.curriculum, 500, 25, 32, 25, 19, 1, 0.0640, 0.0020),
    (
        "Cosmic", Curriculum(first=Fraction(500, 3136), lost=Fraction(500, 3136), of="target"),
        3136, 60, 500, 458, 416, 8, 0.1594, 0.0026,
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_the_curriculum_gives_the_reference_s_table(row):
    _, curriculum, patches, epochs, first, five, ten, last, share_first, share_last = row
    source = 32 if curriculum.of == "source" else patches
    counts = [
        curriculum.count(epoch, epochs, target=patches, source=source)
        for epoch in (0, 5, 10, epochs - 1)
    ]
    assert counts == [first, five, ten, last]
    assert counts[0] / patches == pytest.approx(share_first, abs=5e-5)
    assert counts[3] / patches == pytest.approx(share_last, abs=5e-5)


def test_no_more_patches_are_replaced_than_there_are():
    assert SEQUENCE.curriculum.count(0, 10, target=4, source=32) == 4


@pytest.fixture
def patches():
    generator = torch.Generator().manual_seed(0)
    target = torch.randn(3, 20, 5, generator=generator, dtype=torch.float64)
    source = torch.randn(3, 12, 5, generator=generator, dtype=torch.float64)
    scores = tuple(torch.rand(3, n, generator=generator, dtype=torch.float64) for n in (20, 12))
    return target, source, scores


def changed_places(mixed, target, source):
    """Return which places changed, after checking that each holds a source patch of its sample."""
    changed = (mixed != target).any(dim=2)
    for sample, place in changed.nonzero().tolist():
        assert (mixed[sample, place] == source[sample]).all(dim=1).any()
    return changed


@pytest.mark.parametrize("count", [1, 7, 12])
def test_sampled_mixing_replaces_exactly_the_count_by_source_patches_in_order(patches, count):
    target, source, scores = patches
    mixed = mix_sampled(
        target, source, scores, count, temperature=0.9, generator=torch.Generator().manual_seed(1)
    )
    changed = changed_places(mixed, target, source)
    assert changed.sum(dim=1).tolist() == [count] * 3
    for sample in range(3):
        rows = [
            (source[sample] == row).all(dim=1).nonzero().item()
            for row in mixed[sample][changed[sample]]
        ]
        assert rows == sorted(rows)
        assert len(set(rows)) == count


@pytest.mark.parametrize("replaced", ["lowest", "highest"])
def test_ranked_mixing_puts_the_best_source_patches_over_the_chosen_target_patches(
    patches, replaced
):
    target, source, (of_target, of_source) = patches
    before = target.clone()
    mixed = mix_ranked(target, source, (of_target, of_source), 6, replaced=replaced)
    assert torch.equal(target, before)
    changed = changed_places(mixed, target, source)
    for sample in range(3):
        order = of_target[sample].argsort()
        places = order[:6] if replaced == "lowest" else order[-6:]
        assert set(changed[sample].nonzero().flatten().tolist()) == set(places.tolist())
        best = of_source[sample].argsort(descending=True)[:6]
        assert torch.equal(mixed[sample, places], source[sample, best])


def make_objective(model, embedder, source, *, task_loss=cross_entropy, sampled=True, **settings):
    generator = torch.Generator().manual_seed(0)
    inputs = ObjectiveInputs(
        model=model, task_loss=task_loss, source=source, body="toy", weights=Path(),
        settings=PareSettings(**settings), generator=generator,
    )  # fmt: skip
    return PatchReplacement(inputs, embedder, replaced="lowest", sampled=sampled)


def sentences():
    numbers = torch.randint(1, 60, (40, 32), generator=torch.Generator().manual_seed(0))
    return {"numbers": numbers, "labels": torch.arange(40) % 4}


@pytest.fixture
def toy():
    model = toy_model("minilm", (1, 40), Pooled(3), sequence_length=20)
    body = loaded("minilm", sequence_length=20)
    batch = torch.randn(6, 1, 40, generator=torch.Generator().manual_seed(3)), torch.arange(6) % 3
    return model, body, batch


def loss_at(objective, model, batch, epoch, epochs=10):
    return objective.loss(
        model, *batch, epoch=epoch, epochs=epochs, generator=torch.Generator().manual_seed(9)
    )


def test_the_gate_learns_while_patches_are_sampled_and_not_after(toy):
    model, body, batch = toy
    objective = make_objective(model, body.words, sentences())
    loss_at(objective, model, batch, epoch=4).backward()
    assert float(objective.gate.linear.weight.grad.norm()) > 0
    objective.zero_grad()
    loss_at(objective, model, batch, epoch=5).backward()
    assert objective.gate.linear.weight.grad is None
    assert float(objective.source_head.weight.grad.norm()) > 0


@pytest.mark.parametrize("settings", [{"mix_weight": 0.0}, {"first_share": 0.0, "lost_share": 0.0}])
def test_without_weight_or_patches_the_loss_is_the_task_s(toy, settings):
    model, body, (inputs, targets) = toy
    objective = make_objective(model, body.words, sentences(), **settings)
    plain = cross_entropy(model(inputs), targets)
    torch.testing.assert_close(loss_at(objective, model, (inputs, targets), epoch=0), plain)


def test_the_loss_is_the_formula_of_the_reference(toy):
    model, body, (inputs, targets) = toy
    objective = make_objective(model, body.words, sentences(), mix_weight=0.3, sampled_epochs=0)
    generator = torch.Generator().manual_seed(9)
    chosen = torch.randint(40, (6,), generator=generator)
    embedder, numbers, labels = objective._frozen
    e, e_s = model.embed(inputs), embedder(numbers[chosen])
    n = e.shape[1]
    k = int(32 - 32 * 7 / 10)
    gate = lambda p: torch.sigmoid(p @ objective.gate.linear.weight[0] + objective.gate.linear.bias)  # noqa: E731
    m = e.clone()
    for i in range(6):
        low = gate(e[i]).argsort()[:k]
        m[i, low] = e_s[i, gate(e_s[i]).argsort(descending=True)[:k]]
    hidden = model.encode(m)
    ce, share = cross_entropy, k / n
    o_s = hidden.mean(dim=1) @ objective.source_head.weight.T + objective.source_head.bias
    expected = ce(model(inputs), targets) + 0.3 * (
        (1 - share) * ce(model.predict(hidden), targets) + share * ce(o_s, labels[chosen])
    )
    torch.testing.assert_close(loss_at(objective, model, (inputs, targets), epoch=7), expected)


@pytest.mark.parametrize(("wanted", "outputs"), [(None, 4), (2, 4), (200, 200)])
def test_the_source_head_has_the_outputs_asked_for_and_one_per_class_at_least(toy, wanted, outputs):
    model, body, batch = toy
    objective = make_objective(model, body.words, sentences(), source_outputs=wanted)
    assert objective.source_head.out_features == outputs
    loss_at(objective, model, batch, epoch=5).backward()
    assert (objective.source_head.weight.grad != 0).any(dim=1).sum() == outputs


def test_what_is_stored_is_the_gate_and_the_source_head_alone(toy):
    model, body, _ = toy
    objective = make_objective(model, body.words, sentences())
    names = {"gate.linear.weight", "gate.linear.bias", "source_head.weight", "source_head.bias"}
    assert set(objective.state_dict()) == names
    assert {name for name, _ in objective.named_parameters()} == names


def test_kinds_of_body_and_output_have_their_script_s_numbers(toy):
    def numbers(body, shape, output):
        model = toy_model(body, shape, output, embedder="pretrained")
        found = replacement_of(model, PareSettings())
        return found.mix_weight, found.sampled_epochs

    assert numbers("roberta_base", (1, 50), Dense(1, (50,))) == (0.1, 5)
    assert numbers("swin_base", (1, 9, 9), Dense(1, (9, 9))) == (0.3, 10)
    assert numbers("swin_base", (1, 9, 9), Pooled(4)) == (1.0, 10)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("epoch", [0, 10])
@pytest.mark.parametrize("dense", [False, True])
def test_grids_are_mixed_with_images_in_either_precision(precision, epoch, dense):
    from orca.models.embedder import build_embedder

    output, generator = Dense(1, (9, 9)) if dense else Pooled(3), torch.Generator().manual_seed(0)
    model = toy_model("swin_base", (1, 9, 9), output, embedder="pretrained")
    embedder = build_embedder(
        (3, 12, 12), body=loaded("swin_base"), settings=ModelSettings(), start="pretrained",
        generator=generator,
    )  # fmt: skip
    images = torch.randn(20, 3, 12, 12, generator=generator)
    objective = make_objective(
        model, embedder.requires_grad_(requires_grad=False),
        {"numbers": images, "labels": torch.arange(20) % 5},
        task_loss=mse_loss if dense else cross_entropy,
    )  # fmt: skip
    inputs = torch.randn(4, 1, 9, 9, generator=generator)
    targets = inputs.clone() if dense else torch.arange(4) % 3
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
        loss = loss_at(objective, model, (inputs, targets), epoch=epoch, epochs=60)
    loss.backward()
    assert loss.isfinite()
    assert (objective.gate.linear.weight.grad is not None) is (epoch == 0)
    assert all(p.grad is None for p in embedder.parameters())
    assert model.embedder.convolution.weight.grad.isfinite().all()
