"""Sampling of subsets: the fast form against the plain algorithm."""

import itertools
from collections import Counter

import pytest
import torch

from orca.methods.objectives.subset import expected_counts, gumbel, largest, sample_subset

SMALLEST = torch.finfo(torch.float32).tiny


def plain_counts(perturbed, count, temperature):
    """The algorithm of the reference, word for word."""
    scores = perturbed
    p = torch.zeros_like(scores)
    counts = torch.zeros_like(scores)
    for _ in range(count):
        scores = scores + torch.log(torch.clamp(1 - p, min=SMALLEST))
        p = torch.softmax(scores / temperature, dim=1)
        counts = counts + p
    return counts


def scores_of(patches, seed=0, batch=3):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.sigmoid(
        torch.randn(batch, patches, generator=generator, dtype=torch.float64) / 2
    )
    return scores, scores + gumbel(scores, generator)


@pytest.mark.parametrize(("patches", "count"), [(3136, 2000), (3136, 525), (500, 468), (50, 21)])
def test_expected_counts_sum_to_the_count(patches, count):
    _, perturbed = scores_of(patches)
    counts = expected_counts(perturbed, count, temperature=0.9)
    torch.testing.assert_close(counts.sum(dim=1), torch.full((3,), float(count)).double())


@pytest.mark.parametrize(("patches", "count"), [(32, 8), (32, 32), (46, 30)])
def test_few_draws_are_the_plain_algorithm(patches, count):
    _, perturbed = scores_of(patches)
    counts = expected_counts(perturbed, count, temperature=0.9)
    torch.testing.assert_close(counts, plain_counts(perturbed, count, 0.9))


@pytest.mark.parametrize(("patches", "count"), [(3136, 1136), (500, 468), (500, 100), (200, 64)])
def test_many_draws_give_nearly_the_gradient_of_the_plain_algorithm(patches, count):
    scores, perturbed = scores_of(patches)
    weights = torch.randn(scores.shape, generator=torch.Generator().manual_seed(1)).double()
    gradients = []
    for counts_of in (
        lambda s: plain_counts(s, count, 0.9),
        lambda s: expected_counts(s, count, temperature=0.9),
    ):
        leaf = perturbed.clone().requires_grad_()
        (counts_of(leaf) * weights).sum().backward()
        gradients.append(leaf.grad.flatten())
    plain, fast = gradients
    assert torch.nn.functional.cosine_similarity(plain, fast, dim=0) > 0.9999
    assert 0.99 < float(fast.norm() / plain.norm()) < 1.01


@pytest.mark.parametrize("count", [1, 7, 31, 50])
def test_a_mask_has_exactly_the_count_of_ones_and_nothing_between(count):
    scores, _ = scores_of(50)
    mask = sample_subset(
        scores.float(), count, temperature=0.9, generator=torch.Generator().manual_seed(2)
    )
    assert set(mask.unique().tolist()) <= {0.0, 1.0}
    assert mask.sum(dim=1).tolist() == [count] * 3


def test_the_top_of_the_plain_counts_are_the_top_of_the_perturbed_scores():
    for seed, count in itertools.product(range(5), (1, 8, 21)):
        _, perturbed = scores_of(50, seed)
        top = largest(plain_counts(perturbed, count, 0.9), count)
        assert torch.equal(top, largest(perturbed, count))


def test_subsets_follow_the_law_of_drawing_without_replacement():
    """Each ordered draw has probability exp(score) over what is left (Plackett and Luce)."""
    scores = torch.tensor([0.9, 0.1, 0.5, 0.3], dtype=torch.float64)
    weights = scores.exp().tolist()
    expected = Counter()
    for first, second in itertools.permutations(range(4), 2):
        rest = sum(weights) - weights[first]
        chance = weights[first] / sum(weights) * weights[second] / rest
        expected[frozenset((first, second))] += chance
    draws = 40_000
    masks = sample_subset(
        scores.expand(draws, 4), 2, temperature=0.9, generator=torch.Generator().manual_seed(0)
    )
    found = Counter(frozenset(row.nonzero().flatten().tolist()) for row in masks)
    for subset, chance in expected.items():
        deviation = (chance * (1 - chance) / draws) ** 0.5
        assert abs(found[subset] / draws - chance) < 4 * deviation


def test_the_mask_s_gradient_is_that_of_the_expected_counts():
    scores, _ = scores_of(40)
    weights = torch.linspace(-1, 1, 40, dtype=torch.float64)
    leaf = scores.clone().requires_grad_()
    generator = torch.Generator().manual_seed(5)
    (sample_subset(leaf, 9, temperature=0.9, generator=generator) * weights).sum().backward()
    again = scores.clone().requires_grad_()
    noise = gumbel(scores, torch.Generator().manual_seed(5))
    (expected_counts(again + noise, 9, temperature=0.9) * weights).sum().backward()
    torch.testing.assert_close(leaf.grad, again.grad)
