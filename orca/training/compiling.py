"""A run's model as compiled code: where that is asked for, or where a GPU waits for its steps."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from orca.errors import SettingsError
from orca.logs import log
from orca.models.assemble import Model
from orca.training.arithmetic import forward_pass
from orca.training.settings import Compile, Compiled, Precision

Inputs = Float[Tensor, "batch channels *size"]
ASKING_SECONDS = 1.0e-5
COMPILING_SECONDS = 0.1
SPEED: dict[Precision, float] = {"float32": 6.0e13, "tf32": 1.8e14, "bfloat16": 3.3e14}
TRIES: dict[Compiled, int] = {"off": 0, "default": 1, "reduce-overhead": 3}
"""Passes before the first step; a GPU runs what it is to replay once, then records it."""


class _Kernels(TorchDispatchMode):
    """Counts the operators that are run, except views."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        del types
        self.count += not func.is_view
        return func(*args, **(kwargs or {}))


def step_work(model: Model, inputs: Inputs, precision: Precision) -> tuple[int, int]:
    """Return the kernels that a step asks for, and its multiplications and additions.

    Both are of forward and backward; the model stays as it is, without gradients.
    """
    from torch.utils.flop_counter import FlopCounterMode  # loads what short runs do not need

    with FlopCounterMode(display=False) as operations, _Kernels() as kernels:
        _step(model, inputs, precision)
    return kernels.count, operations.get_total_flops()


def _step(model: Model, inputs: Inputs, precision: Precision) -> None:
    """Go forward and backward, and leave no gradient and no random number used."""
    with torch.random.fork_rng([inputs.device] if inputs.is_cuda else []):
        with forward_pass(precision, inputs.device):
            output = model(inputs)
        output.sum().backward()
    model.zero_grad(set_to_none=True)


def chosen(
    wanted: Compile,
    device: torch.device,
    *,
    steps: int,
    precision: Precision,
    work: Callable[[], tuple[int, int]],
) -> Compiled:
    """Return how a model is to run: `auto` is `off`, except on a GPU that would wait for its steps.

    That is, where compiling saves more time of waiting than it takes. This depends on the run's
    shape and on no clock: equal runs, and a run that goes on after an interruption, decide the same.

    Args:
        wanted: the setting.
        device: that the model is on.
        steps: of the run, or those of them that are certain.
        precision: of the products.
        work: returns a step's kernels and operations, see `step_work`.

    Source: an H100's data sheet: nine tenths of its operations per second are reached in float32, a
        third in TF32 and bfloat16. A kernel takes 5 microseconds to launch and 5 more in PyTorch;
        MiniLM's 300 kernels take half a minute to compile. `benchmarks/gpu.py` measures the effect.
    """
    if wanted != "auto":
        return wanted
    if device.type != "cuda" or steps * ASKING_SECONDS <= COMPILING_SECONDS:
        return "off"  # whatever a step is
    kernels, operations = work()
    waited = kernels * ASKING_SECONDS - operations / SPEED[precision]
    return "reduce-overhead" if steps * waited > kernels * COMPILING_SECONDS else "off"


def start(
    model: Model,
    wanted: Compile,
    *,
    steps: int,
    precision: Precision,
    sample: Callable[[], Inputs],
) -> Compiled:
    """Compile a model in its place where that is wanted, try it, and return how it runs.

    Args:
        model: on its device, in training mode, without gradients.
        wanted: the setting.
        steps: see `chosen`.
        precision: of the products.
        sample: returns the inputs of a whole batch.

    Raises:
        SettingsError: if the model cannot be compiled here, and the setting is not `auto`.
    """
    device = next(model.parameters()).device
    how = chosen(
        wanted, device, steps=steps, precision=precision,
        work=lambda: step_work(model, sample(), precision),
    )  # fmt: skip
    if how == "off":
        return how
    inputs = sample()
    compile_parts(model, how)
    try:
        with repeatable(how):
            for _ in range(TRIES[how]):
                next_step(how)
                _step(model, inputs, precision)
            if inputs.is_cuda:
                torch.cuda.synchronize(device)
    except Exception as fault:  # a compiler fails in many ways
        model.zero_grad(set_to_none=True)
        as_written(model, how)
        what = " ".join([type(fault).__name__ + ":", *str(fault).split()])[:300]
        if wanted != "auto":
            raise SettingsError(
                where="finetune.compile",
                what=f"the model cannot be compiled here: {what}",
                mend="install a C++ compiler, for a GPU Triton too, or set it to 'off'",
            ) from fault
        log.info("the model is not compiled, which takes longer, since it cannot be: %s", what)
        return "off"
    log.info("the model is compiled (%s)", how)
    return how


def compile_parts(model: Model, how: Compiled) -> None:
    """Compile embedder, body and predictor, each as one graph, in their places; or leave them.

    Names and places of weights stay. A part is compiled at its first call, for the shapes of that.
    What was compiled of another model before is dropped: a process trains one after the other.
    """
    if how == "off":
        return
    torch.compiler.reset()
    for part in (model.embedder, model.body, model.predictor):
        part.compile(fullgraph=True, dynamic=False, mode=how)


def as_written(model: Model, how: Compiled) -> None:
    """Let a model run uncompiled again: its compiled code is for a training step's shapes alone."""
    if how == "off":
        return
    for part in (model.embedder, model.body, model.predictor):
        part._compiled_call_impl = None
    torch.compiler.reset()


def next_step(how: Compiled) -> None:
    """Say that the results of the step before may be written over."""
    if how == "reduce-overhead":
        torch.compiler.cudagraph_mark_step_begin()


def as_compiled(how: Compiled, *, wanted: bool) -> AbstractContextManager[object]:
    """Return a block in which parts run as compiled, or as written: then nothing is compiled anew.

    Compiled code is wanted where shapes and mode are those that the parts are compiled for.
    """
    as_they_are = wanted or how == "off"  # to ask for a stance loads the compiler
    return nullcontext() if as_they_are else torch.compiler.set_stance("force_eager")


@contextmanager
def repeatable(how: Compiled) -> Iterator[None]:
    """Let compiled code give the same bits each time inside this block, or leave things as they are.

    Without it the fastest of several kernels that round differently is taken by the clock, and the
    gradient of a table is added up in the order in which a GPU's threads arrive.
    """
    if how == "off":
        yield
        return
    rules: Any = torch.utils.deterministic
    filled = rules.fill_uninitialized_memory
    before = torch.are_deterministic_algorithms_enabled()
    only_warned = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    rules.fill_uninitialized_memory = False  # it would cost a kernel each
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*[Dd]eterministic")
            yield
    finally:
        torch.use_deterministic_algorithms(mode=before, warn_only=only_warned)
        rules.fill_uninitialized_memory = filled
