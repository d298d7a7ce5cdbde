"""How an input is cut into tokens: kernel, padding or resizing, and the grid of tokens.

Sequences may go to a body of grids (their tokens are folded into a square) and grids to a body
of sequences (their tokens are laid out row by row): ORCA (ICML 2023), section 3.1, Table 13.
"""

import math
from dataclasses import dataclass
from typing import Literal

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from orca.errors import SettingsError
from orca.models.loaded_body import LoadedBody
from orca.models.settings import ModelSettings

WHERE = "the shape of the embedder"


@dataclass(frozen=True, kw_only=True)
class Patches:
    """A way of cutting inputs of one shape into tokens.

    Args:
        channels: of an input.
        size: points of an input along each axis, as the task declares it.
        kernel: side of a patch, and the step from one to the next.
        tokens: tokens along each axis of the body: (tokens,) or (rows, columns).
        fit: how an input is brought to a whole number of patches: `pad` with zeros at its end,
            or `resize` it to the images that the body was pretrained on.
    """

    channels: int
    size: tuple[int, ...]
    kernel: int
    tokens: tuple[int, ...]
    fit: Literal["pad", "resize"]

    @property
    def folded(self) -> bool:
        """Whether an input's axes differ in number from the tokens'."""
        return len(self.size) != len(self.tokens)

    def prepare(
        self, inputs: Float[Tensor, "batch channels *size"]
    ) -> Float[Tensor, "batch channels *whole"]:
        """Return the inputs with a whole number of patches along each axis.

        Differs from the official code: it pads nothing, as its kernels divide the input's
        length; the paper pads the tokens (3.1), here the input, so that no point is lost.
        """
        size = tuple(inputs.shape[2:])
        if self.fit == "resize":
            target = [count * self.kernel for count in self.tokens]
            if list(size) == target:
                return inputs
            return functional.interpolate(inputs, target, mode="bilinear", antialias=True)
        if self.folded:
            self._check_declared(size)
        points = [math.ceil(length / self.kernel) * self.kernel for length in size]
        if self.folded and len(size) == 1:
            points = [math.prod(self.tokens) * self.kernel]
        padding = [(0, want - have) for want, have in zip(points, size, strict=True)]
        if not any(behind for _, behind in padding):
            return inputs
        return functional.pad(inputs, [number for pair in reversed(padding) for number in pair])

    def _check_declared(self, size: tuple[int, ...]) -> None:
        if size != self.size:
            raise SettingsError(
                where="an input of the model",
                what=f"it is of size {size}, where the task declares {self.size}",
                mend="only a sequence on a body of sequences, or a grid on a body of grids,"
                " may change its size; bring the input to the declared one",
            )


def closest_kernel(length: int, *, target: int, most: int | None = None) -> int:
    """Return the largest kernel after whose convolution the number of tokens is closest to a target.

    A convolution leaves out the points behind its last whole patch. `Patches.prepare` adds zeros,
    so that these get a token of their own, beyond the number that the kernel is chosen by.

    Args:
        length: points of the sequence.
        target: tokens wanted.
        most: tokens allowed, that of the last points among them; None for no limit.

    Source: ORCA (ICML 2023), A.2.3.
    """
    allowed = [k for k in range(1, length + 1) if most is None or math.ceil(length / k) <= most]
    return min(allowed, key=lambda kernel: (abs(length // kernel - target), -kernel))


def smallest_divisor(
    length: int, *, target: int, most: int | None = None, square: bool = False
) -> int:
    """Return the smallest divisor of a length that makes no more tokens than a target.

    With `square` the tokens fill a square, for a body of grids; other arguments as of `closest_kernel`.

    Source: official code, `embedder` for 1D inputs.
    """
    limit = min(target, most or target)
    for kernel in range(1, length):
        tokens, left = divmod(length, kernel)
        fills = not square or math.isqrt(tokens) ** 2 == tokens
        if not left and tokens <= limit and fills:
            return kernel
    return length


def smallest_kernel(size: tuple[int, ...], *, most: int) -> int:
    """Return the smallest kernel that cuts a grid into no more tokens than a body takes.

    Source: ORCA (ICML 2023), 3.1: "the smallest value for which the product of output shape
    excluding the channel dimension ≤ S".
    """
    kernels = range(1, max(size) + 1)
    return next(k for k in kernels if math.prod(math.ceil(side / k) for side in size) <= most)


def _chosen_kernel(size: tuple[int, ...], body: LoadedBody, settings: ModelSettings) -> int:
    if settings.kernel is not None:
        return settings.kernel
    if len(size) == 2:
        assert body.longest is not None
        return smallest_kernel(size, most=body.longest)
    square = body.kind == "grid"
    target = settings.folded_tokens if square else settings.sequence_length
    if settings.kernel_rule == "smallest_divisor":
        return smallest_divisor(size[0], target=target, most=body.longest, square=square)
    return closest_kernel(size[0], target=target, most=body.longest)


def plan_patches(
    input_shape: tuple[int, ...], *, body: LoadedBody, settings: ModelSettings
) -> Patches:
    """Return how inputs of (channels, length) or (channels, height, width) are cut for a body.

    Raises:
        SettingsError: if the kernel is longer than the input, or gives more tokens than the
            body takes.
    """
    channels, *points = input_shape
    size = tuple(points)
    if body.kind == "grid" and len(size) == 2:
        assert body.patch is not None
        kernel = body.patch.weight.shape[-1]
        tokens = (body.side // kernel,) * 2
        return Patches(channels=channels, size=size, kernel=kernel, tokens=tokens, fit="resize")
    kernel = _chosen_kernel(size, body, settings)
    if kernel > max(size):
        raise SettingsError(
            where=f"{WHERE}, kernel",
            what=f"a kernel of {kernel} is longer than the input, which has {max(size)} points",
            mend=f"choose a kernel of at most {max(size)}, or leave it to `kernel_rule`",
        )
    counts = [math.ceil(length / kernel) for length in size]
    total = math.prod(counts)
    if body.longest is not None and total > body.longest:
        raise SettingsError(
            where=f"{WHERE}, kernel",
            what=f"a kernel of {kernel} makes {total} tokens of an input of size {size}, and the"
            f" body takes {body.longest} at most",
            mend="choose a larger kernel, or leave it to `kernel_rule`",
        )
    side = math.isqrt(total - 1) + 1
    shape = (side, side) if body.kind == "grid" else (total,)
    return Patches(channels=channels, size=size, kernel=kernel, tokens=shape, fit="pad")
