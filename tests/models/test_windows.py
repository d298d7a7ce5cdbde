"""Windows: cutting and putting together, and who may look at whom."""

import math

import pytest
import torch

from orca.models.encoders.windows import grid_of, relative_places, window_mask, windows_of


@pytest.mark.parametrize(("side", "window"), [(8, 4), (12, 3), (6, 6)])
def test_windows_put_together_are_the_grid(side, window):
    grid = torch.randn(2, side, side, 3)
    windows = windows_of(grid, window)
    assert windows.shape == (2 * (side // window) ** 2, window**2, 3)
    assert torch.equal(
        windows[1].view(window, window, 3), grid[0, :window, window : 2 * window]
    ) or (side == window)
    assert torch.equal(grid_of(windows, window, side), grid)


@pytest.mark.parametrize(("side", "window", "shift"), [(8, 4, 0), (8, 4, 2), (10, 4, 2), (5, 7, 0)])
def test_tokens_look_at_those_near_them_on_the_grid_and_at_no_padding(side, window, shift):
    whole = math.ceil(side / window) * window
    mask = window_mask(side, window, shift)
    rows, columns = torch.meshgrid(torch.arange(whole), torch.arange(whole), indexing="ij")
    rolled = torch.stack([rows, columns], dim=-1).roll((-shift, -shift), dims=(0, 1))
    places = windows_of(rolled[None], window)
    for number, tokens in enumerate(places):
        for i, here in enumerate(tokens.tolist()):
            for j, there in enumerate(tokens.tolist()):
                if max(here) >= side:
                    continue  # a padded token: nobody reads what it sees
                near = all(abs(a - b) < window for a, b in zip(here, there, strict=True))
                allowed = mask is None or mask[number, 0, i, j] == 0
                assert allowed == (near and max(there) < side)


def test_every_token_may_look_at_itself():
    for side, window, shift in [(8, 4, 2), (10, 4, 2), (3, 7, 0), (9, 4, 0)]:
        mask = window_mask(side, window, shift)
        assert (mask.diagonal(dim1=2, dim2=3) == 0).all()


@pytest.mark.parametrize("window", [2, 3, 7])
def test_pairs_share_a_bias_exactly_when_they_lie_alike(window):
    tokens = [(row, column) for row in range(window) for column in range(window)]
    places = relative_places(window).view(window**2, window**2)
    seen = {}
    for i, (a, b) in enumerate(tokens):
        for j, (c, d) in enumerate(tokens):
            offset = (a - c, b - d)
            assert seen.setdefault(offset, int(places[i, j])) == places[i, j]
    assert len(set(seen.values())) == len(seen) == (2 * window - 1) ** 2
