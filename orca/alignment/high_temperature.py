"""Annealing where the temperature is far above the cost's fluctuations, in closed form.

There the soft minimum -eps log E exp(-z / eps) is E z - Var z / (2 eps), up to terms in 1 / eps².
Let r_i and s_j be the means of the cost's rows and columns, m that of all, and

    c_ij = r_i + s_j - m + d_ij.

The first step, from constant potentials, gives f_i = r_i - Var_j c_ij / (2 eps), where Var_j c_ij is
E_j d_ij² + 2 E_j (s_j - m) d_ij, but for a constant. In all steps after it only d is left of
the cost less the potentials, so that each moves f towards r_i - E_j d_ij² / (2 eps). Together they
take a few passes over the cost, however many they are, and the same holds for g. The mean of
f + g is taken to be m: the next step finds it anew whatever it was.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from orca.alignment.annealing import Steps
from orca.alignment.sinkhorn import Problem, block_slices, dual_value, sums_by_block

FAR = 16.0  # temperature from which on this is done, in standard deviations of d


def anneal_far_above(
    problem: Problem, start: Float[Tensor, "*batch sides"], steps: list[Steps]
) -> tuple[Float[Tensor, "*batch sides"], list[Steps]]:
    """Return the potentials after the steps far above the cost's fluctuations, and the other steps.

    Args:
        problem: cost and masses.
        start: potentials to begin from. The first step replaces them; of what they add to it, the
            part Cov(c, g) / eps, which fades as the others follow, is left out.
        steps: of each problem of the batch; the last is always left.
    """
    masses, cost = problem.masses, problem.cost
    if problem.padded:
        cost = torch.where(torch.isinf(cost), 0, cost)
    blocks = [(block, cost[..., block, :]) for block in block_slices(cost)]
    means = sums_by_block(problem, iter(blocks), masses)
    mean = (masses * means).sum(dim=-1, keepdim=True) / 2  # of rows' and columns' means alike
    products = sums_by_block(problem, iter(blocks), masses * (means - mean))
    squares = sums_by_block(problem, _squares(problem, blocks, means - mean / 2), masses)
    overflown = 0 * products  # NaN, which no temperature is above; squares become infinite
    spreads = (squares + overflown).amax(dim=-1).sqrt().reshape(-1).tolist()
    counts = [_far(each, FAR * spread) for each, spread in zip(steps, spreads, strict=True)]
    taken = [_weights(each[:count]) for each, count in zip(steps, counts, strict=True)]
    left = [each[count:] for each, count in zip(steps, counts, strict=True)]
    of_squares, of_products, of_means = masses.new_tensor(taken).T.reshape(3, *mean.shape)
    found = means - of_squares * squares - of_products * products
    found = found - (dual_value(problem, found)[..., None] - mean) / 2
    return torch.where(of_means > 0, found, start), left


def _squares(
    problem: Problem, blocks: list[tuple[slice, Tensor]], potentials: Tensor
) -> Iterator[tuple[slice, Float[Tensor, "*batch b m"]]]:
    """Yield (cost - f - g)², block by block, each in the place of the one before."""
    f, g = problem.split(potentials)
    room = torch.empty_like(blocks[0][1])
    for block, cost in blocks:
        left = torch.sub(cost, g[..., None, :], out=room[..., : cost.shape[-2], :])
        yield block, left.sub_(f[..., block, None]).square_()


def _far(steps: Steps, lowest: float) -> int:
    """Return how many steps, never the last, are at or above a temperature."""
    return sum(temperature >= lowest for temperature, _ in steps[:-1])


def _weights(steps: Steps) -> tuple[float, float, float]:
    """Return the weights of E d², of E (s - m) d and of the means in the potentials after `steps`."""
    squares = products = means = 0.0
    for temperature, relaxation in steps:
        squares += relaxation * (0.5 / temperature - squares)
        products += relaxation * ((1 - means) / temperature - products)
        means += relaxation * (1 - means)
    return squares, products, means
