"""A U-Net on regular grids of one or two axes.

Source: Ronneberger et al. 2015 (arXiv:1505.04597); PDEBench's code: hyperbolic tangents, batch norms.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

LEVELS = 4


class UShaped(nn.Module):
    """Halves the grid four times, then doubles it, with a bridge at each size."""

    def __init__(self, inputs: int, outputs: int, *, axes: int, width: int) -> None:
        super().__init__()
        flat = axes == 1
        conv, norm = (nn.Conv1d, nn.BatchNorm1d) if flat else (nn.Conv2d, nn.BatchNorm2d)
        up = nn.ConvTranspose1d if flat else nn.ConvTranspose2d
        self.halving = (nn.MaxPool1d if flat else nn.MaxPool2d)(2)

        def block(before: int, after: int) -> nn.Module:
            layers: list[nn.Module] = []
            for count in (before, after):
                layers += [conv(count, after, 3, padding=1, bias=False), norm(after), nn.Tanh()]
            return nn.Sequential(*layers)

        widths = [width * 2**level for level in range(LEVELS + 1)]
        self.down = nn.ModuleList(map(block, [inputs, *widths[:-2]], widths[:-1]))
        self.bottom = block(widths[-2], widths[-1])
        self.doubling = nn.ModuleList(up(2 * w, w, 2, stride=2) for w in reversed(widths[:-1]))
        self.up = nn.ModuleList(block(2 * w, w) for w in reversed(widths[:-1]))
        self.last = conv(width, outputs, 1)

    def forward(self, x: Float[Tensor, "b inputs *grid"]) -> Float[Tensor, "b outputs *grid"]:
        """Return the fields; a grid that cannot be halved so often is padded at its ends."""
        grid = x.shape[2:]
        least = 2**LEVELS
        missing = [n for points in reversed(grid) for n in (0, -points % least)]
        x = functional.pad(x, missing)
        bridges = []
        for block in self.down:
            x = block(x)
            bridges.append(x)
            x = self.halving(x)
        x = self.bottom(x)
        for double, block in zip(self.doubling, self.up, strict=True):
            x = block(torch.cat([double(x), bridges.pop()], dim=1))
        x = self.last(x)
        return x[(slice(None), slice(None), *(slice(0, points) for points in grid))]
