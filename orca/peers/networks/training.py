"""Training of peers that are networks: plain epochs of Adam, as their papers have it."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from orca.peers.peer import Predict, Problem

Loss = Callable[[Tensor, Tensor], Tensor]
PORTION = 64  # samples that are predicted at a time


def train(
    make: Callable[[], nn.Module], problem: Problem, inputs: np.ndarray, loss: Loss
) -> nn.Module:
    """Return a network, trained on all rows of a problem.

    Its settings are read: `epochs`, `batch_size`, `learning_rate`, `weight_decay`, and
    `halve_every`, the epochs after which the rate is halved; 0 for never.

    Args:
        make: returns the network with random weights.
        problem: whose targets are descended to.
        inputs: of the network, a row per sample.
        loss: of outputs and targets.
    """
    settings = problem.settings
    x = torch.from_numpy(np.asarray(inputs, np.float32)).to(problem.device)
    y = torch.from_numpy(np.asarray(problem.rows.targets)).to(problem.device)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(problem.seed)
        network = make().to(problem.device)
        steps = torch.optim.AdamW(
            network.parameters(),
            lr=settings["learning_rate"],
            weight_decay=settings["weight_decay"],
        )
        every = settings["halve_every"] or settings["epochs"] + 1
        rate = torch.optim.lr_scheduler.StepLR(steps, every, 0.5)
        network.train()
        for _ in range(settings["epochs"]):
            for chosen in torch.randperm(len(x)).split(settings["batch_size"]):
                if len(chosen) == 1 < len(x):
                    continue  # batch norms know no deviation of a single sample
                steps.zero_grad()
                loss(network(x[chosen]), y[chosen]).backward()
                steps.step()
            rate.step()
    return network.eval()


def fit_fields(problem: Problem, make: Callable[[int, int, tuple[int, ...]], nn.Module]) -> Predict:
    """Train a network from fields to fields on the mean squared error, as PDEBench does.

    Args:
        problem: whose inputs and targets are fields on one grid.
        make: returns the network for channels of inputs, channels of targets, and the grid.
    """
    channels, *grid = problem.rows.inputs.shape[1:]
    network = train(
        lambda: make(channels, problem.rows.targets.shape[1], tuple(grid)),
        problem,
        problem.rows.inputs,
        functional.mse_loss,
    )
    return lambda rows: outputs(network, rows.inputs, problem.device)


def outputs(
    network: nn.Module, inputs: np.ndarray, device: torch.device
) -> Float[np.ndarray, "n *output"]:
    """Return a network's outputs, a portion of the samples at a time."""
    x = torch.from_numpy(np.asarray(inputs, np.float32))
    with torch.inference_mode():
        parts = [network(part.to(device)).cpu().numpy() for part in x.split(PORTION)]
    return np.concatenate(parts)
