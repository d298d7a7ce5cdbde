"""MiniRocket's features of series.

Source: Dempster et al. 2021 (arXiv:2012.08791): 84 kernels of length 9 with two values, dilated;
thresholds are quantiles of what training series give; a feature is the share of places above.
Several channels: each kernel and dilation sums some channels, drawn at random, as in the
authors' version for them.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

LENGTH, FEATURES, MOST_DILATIONS = 9, 9996, 32
PORTION = 32  # series at a time
KERNELS = torch.full((84, LENGTH), -1.0)
for _row, _places in enumerate(itertools.combinations(range(LENGTH), 3)):
    KERNELS[_row, list(_places)] = 2.0


@dataclass(frozen=True)
class MiniRocket:
    """Kernels with their thresholds.

    Args:
        dilations: of the kernels.
        channels: for each dilation, which channels each kernel sums: [84, channels] of 0 and 1.
        thresholds: for each dilation, [84, features] of them.
    """

    dilations: tuple[int, ...]
    channels: tuple[Tensor, ...]
    thresholds: tuple[Tensor, ...]

    @classmethod
    def drawn(cls, series: Float[np.ndarray, "n channels length"], *, seed: int) -> "MiniRocket":
        """Return kernels whose thresholds come from some of the series."""
        generator = np.random.default_rng(seed)
        count, channels, length = series.shape
        widest = np.log2(max(1.0, (length - 1) / (LENGTH - 1)))
        dilations = tuple(
            dict.fromkeys(int(2**power) for power in np.linspace(0, widest, MOST_DILATIONS))
        )
        each = max(1, FEATURES // (len(KERNELS) * len(dilations)))
        golden = (np.sqrt(5) + 1) / 2
        quantiles = torch.tensor([(k + 1) * golden % 1 for k in range(each)], dtype=torch.float32)
        some = torch.from_numpy(series[generator.integers(count, size=min(count, 16))])
        summed, thresholds = [], []
        for dilation in dilations:
            chosen = torch.from_numpy(_some_channels(channels, generator))
            summed.append(chosen)
            values = _convolved(some, chosen, dilation).permute(1, 0, 2).flatten(1)
            thresholds.append(
                torch.quantile(values[:, :: max(1, values.shape[1] // 4096)], quantiles, dim=1).T
            )
        return cls(dilations, tuple(summed), tuple(thresholds))

    def features(self, series: Float[np.ndarray, "n channels length"]) -> Float[np.ndarray, "n f"]:
        """Return the share of places at which each kernel exceeds each of its thresholds."""
        found = []
        for part in torch.from_numpy(series).split(PORTION):
            shares = []
            for settings in zip(self.dilations, self.channels, self.thresholds, strict=True):
                dilation, chosen, thresholds = settings
                values = _convolved(part, chosen, dilation)
                each = [
                    (values > threshold[None, :, None]).float().mean(dim=2)
                    for threshold in thresholds.T
                ]
                shares += each
            found.append(torch.cat(shares, dim=1))
        return torch.cat(found).numpy()


def _some_channels(channels: int, generator: np.random.Generator) -> Float[np.ndarray, "84 c"]:
    chosen = np.zeros((len(KERNELS), channels), np.float32)
    for row in chosen:
        size = int(2 ** generator.uniform(0, np.log2(min(channels, LENGTH) + 1)))
        row[generator.choice(channels, size=min(size, channels), replace=False)] = 1
    return chosen


def _convolved(
    series: Float[Tensor, "n channels length"], chosen: Float[Tensor, "84 channels"], dilation: int
) -> Float[Tensor, "n 84 length"]:
    weight = chosen[:, :, None] * KERNELS[:, None, :]
    return functional.conv1d(series, weight, dilation=dilation, padding="same")
