"""Windows of a square grid: how it is cut into them, and which of their tokens may look at which.

Source: Liu et al. 2021 (Swin, arXiv:2103.14030), section 3.2.
"""

import math
from functools import cache

import torch
from jaxtyping import Int
from torch import Tensor

PADDING = -1  # the region of points that only fill the last windows up


def regions(side: int, *, window: int, shift: int) -> Int[Tensor, "whole whole"]:
    """Return which points may look at each other: those with equal numbers.

    Shifting windows around the edge brings points together that are far apart; and a grid that
    is no multiple of the window is filled up with points that nobody may look at.

    Args:
        side: of the grid.
        window: tokens along each side of a window.
        shift: by how many tokens the windows are shifted; 0 for none.
    """
    whole = math.ceil(side / window) * window
    places = torch.arange(whole)
    band = (places >= whole - window).long() + (places >= whole - shift).long()
    band = band if shift else torch.zeros_like(band)
    grid = band[:, None] * 3 + band[None, :]
    filled = (places + shift) % whole >= side
    return grid.masked_fill(filled[:, None] | filled[None, :], PADDING)


def windows_of(grid: Tensor, window: int) -> Tensor:
    """Cut [batch, height, width, ...] into [batch * windows, window * window, ...]."""
    batch, height, width = grid.shape[:3]
    cut = grid.unflatten(2, (width // window, window)).unflatten(1, (height // window, window))
    return cut.transpose(2, 3).reshape(-1, window * window, *grid.shape[3:])


def grid_of(windows: Tensor, window: int, side: int) -> Tensor:
    """Put [batch * windows, window * window, width] together to [batch, side, side, width]."""
    count = side // window
    cut = windows.unflatten(1, (window, window)).unflatten(0, (-1, count, count))
    return cut.transpose(2, 3).flatten(3, 4).flatten(1, 2)


@cache
def window_mask(side: int, window: int, shift: int) -> Tensor | None:
    """Return [windows, 1, tokens, tokens], minus infinity where no look is allowed; None if all is.

    On the CPU, in float32.
    """
    groups = windows_of(regions(side, window=window, shift=shift)[None], window)
    apart = groups[:, :, None] != groups[:, None, :]
    if not bool(apart.any()):
        return None
    return torch.zeros(apart.shape).masked_fill(apart, -torch.inf).unsqueeze(1)


@cache
def relative_places(window: int) -> Int[Tensor, " pairs"]:
    """Return for each pair of tokens of a window the row of the bias table, pairs in a row."""
    rows, columns = torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")
    down = rows.flatten()[:, None] - rows.flatten()[None, :] + window - 1
    right = columns.flatten()[:, None] - columns.flatten()[None, :] + window - 1
    return (down * (2 * window - 1) + right).flatten()
