"""Optimizers, and their state as named tensors."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

from orca.training.settings import OptimizerSettings

EPS = 1e-8  # PyTorch's own, below the root of the squares' average


class Optimizer:
    """Moves weights that want a gradient, by PyTorch's own fused steps.

    Its classes are not used: they load a compiler, which takes longer than a short run.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], settings: OptimizerSettings) -> None:
        self.weights = [parameter for parameter in parameters if parameter.requires_grad]
        self.settings, self.rate = settings, settings.learning_rate
        self._state: list[dict[str, Tensor]] = [{} for _ in self.weights]

    @torch.no_grad()
    def step(self) -> None:
        """Move the weights that have a gradient."""
        moved: list[Tensor] = []
        gradients: list[Tensor] = []
        states: list[dict[str, Tensor]] = []
        for weight, state in zip(self.weights, self._state, strict=True):
            if weight.grad is not None:
                moved.append(weight)
                gradients.append(weight.grad)
                states.append(state)
        step = self._sgd if self.settings.name == "sgd" else self._adam
        step(moved, gradients, states)

    def _adam(
        self, moved: list[Tensor], gradients: list[Tensor], states: list[dict[str, Tensor]]
    ) -> None:
        for weight, state in zip(moved, states, strict=True):
            if not state:
                state["step"] = torch.zeros((), device=weight.device)
                state["exp_avg"] = torch.zeros_like(weight, memory_format=torch.preserve_format)
                state["exp_avg_sq"] = torch.zeros_like(weight, memory_format=torch.preserve_format)
        averages, squares, steps = (
            [state[name] for state in states] for name in ("exp_avg", "exp_avg_sq", "step")
        )
        beta1, beta2 = self.settings.betas
        move = {"adam": adam, "adamw": adamw}[self.settings.name]
        move(
            moved, gradients, averages, squares, [], steps, fused=True, amsgrad=False,
            beta1=beta1, beta2=beta2, lr=self.rate, weight_decay=self.settings.weight_decay,
            eps=EPS, maximize=False,
        )  # fmt: skip

    def _sgd(
        self, moved: list[Tensor], gradients: list[Tensor], states: list[dict[str, Tensor]]
    ) -> None:
        # PyTorch's fused steps start all buffers at once or none; without dampening, one of zeros
        # becomes the gradient at its first step, as one that is started does.
        for weight, state in zip(moved, states, strict=True):
            if not state and self.settings.momentum:
                state["momentum_buffer"] = torch.zeros_like(weight)
        buffers = [state.get("momentum_buffer") for state in states]
        sgd(
            moved, gradients, buffers, fused=True, weight_decay=self.settings.weight_decay,
            momentum=self.settings.momentum, lr=self.rate, dampening=0.0, nesterov=False,
            maximize=False,
        )  # fmt: skip

    def clear_gradients(self, *, keep_memory: bool = False) -> None:
        """Drop the gradients, or set them to zero where they lie."""
        for weight in self.weights:
            if weight.grad is not None and keep_memory:
                weight.grad.zero_()
            elif not keep_memory:
                weight.grad = None

    def tensors(self) -> dict[str, Tensor]:
        """Return the running averages and step counts by name."""
        return {
            f"{number}.{key}": value
            for number, state in enumerate(self._state)
            for key, value in state.items()
        }

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Set the running averages and step counts that `tensors` gave."""
        for name, tensor in tensors.items():
            number, key = name.split(".", maxsplit=1)
            self._state[int(number)][key] = tensor.to(self.weights[int(number)].device)
