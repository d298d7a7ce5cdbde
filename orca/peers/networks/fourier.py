"""A Fourier neural operator on regular grids of one or two axes.

Source: Li et al. 2021 (arXiv:2010.08895); four layers and the sizes of PDEBench's code.
"""

import itertools

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

LAYERS, HIDDEN = 4, 128


class SpectralConvolution(nn.Module):
    """Multiplies the lowest modes of a field by weights, a matrix over channels for each mode."""

    def __init__(self, width: int, modes: tuple[int, ...]) -> None:
        super().__init__()
        self.modes = modes
        corners = 2 ** (len(modes) - 1)  # the last axis has no negative frequencies
        scale = 1 / width**2
        weights = torch.rand(corners, width, width, *modes, dtype=torch.cfloat)
        self.weights = nn.Parameter(scale * weights)

    def forward(self, x: Float[Tensor, "b width *grid"]) -> Float[Tensor, "b width *grid"]:
        """Return the field with its low modes multiplied and the others left out."""
        grid = x.shape[2:]
        axes = tuple(range(2, x.ndim))
        spectrum = torch.fft.rfftn(x, dim=axes)
        out = torch.zeros_like(spectrum)
        *others, last = self.modes
        ends = [(slice(0, m), slice(-m, None)) for m in others]
        for number, corner in enumerate(itertools.product(*ends)):
            place = (slice(None), slice(None), *corner, slice(0, last))
            out[place] = torch.einsum("bi...,io...->bo...", spectrum[place], self.weights[number])
        return torch.fft.irfftn(out, s=grid, dim=axes)


class FourierOperator(nn.Module):
    """From fields on a grid to fields on the same grid."""

    def __init__(
        self, inputs: int, outputs: int, *, axes: int, width: int, modes: tuple[int, ...]
    ) -> None:
        super().__init__()
        pointwise = (nn.Conv1d, nn.Conv2d)[axes - 1]
        self.lift = pointwise(inputs + axes, width, 1)
        self.spectral = nn.ModuleList(SpectralConvolution(width, modes) for _ in range(LAYERS))
        self.local = nn.ModuleList(pointwise(width, width, 1) for _ in range(LAYERS))
        self.first, self.last = pointwise(width, HIDDEN, 1), pointwise(HIDDEN, outputs, 1)

    def forward(self, x: Float[Tensor, "b inputs *grid"]) -> Float[Tensor, "b outputs *grid"]:
        """Return the fields; the place of each point, from 0 to 1 along each axis, is an input."""
        axes = [torch.linspace(0, 1, points, device=x.device) for points in x.shape[2:]]
        places = torch.stack(torch.meshgrid(*axes, indexing="ij"))
        x = self.lift(torch.cat([x, places.expand(len(x), *places.shape)], dim=1))
        for number, (spectral, local) in enumerate(zip(self.spectral, self.local, strict=True)):
            x = spectral(x) + local(x)
            x = functional.gelu(x) if number + 1 < LAYERS else x
        return self.last(functional.gelu(self.first(x)))
