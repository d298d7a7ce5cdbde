"""Runs of any method on a toy body of grids, which lies in a folder as a fetched one does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from orca.data.fetch import fetch
from orca.data.proxy import PROXIES
from orca.data.target import Field
from orca.methods.method import METHODS
from orca.models.bodies import swin_fractals
from orca.models.card import write_card
from orca.models.pretraining.model import body_tensors, untrained
from orca.training.embed_source import embed_source
from orca.training.finetune import Finetune
from orca.training.setup import Setup
from tests.training.toys import CLASSES, CPU, align_to, run, toy_settings, write_prepared

NAME = "swin_fractals"
IMAGES = replace(CLASSES, input_shape=(2, 12, 12))
TASKS = {
    "classes": IMAGES,
    "fields": replace(IMAGES, target=Field(grid=(12, 12)), loss="nrmse", metric="nrmse"),
}


@contextmanager
def toy_place(folder: Path) -> Iterator[Path]:
    """Fill a folder with a toy body, its source, and a task of each kind."""
    toy = replace(swin_fractals.BODY, shape=swin_fractals.BODY.toy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(swin_fractals, "BODY", toy)
        (folder / "body").mkdir()
        generator = torch.Generator().manual_seed(0)
        tensors = body_tensors(untrained(NAME, 3, generator))
        for name, tensor in tensors.items():
            if "norm" in name:  # so that it tells whether it is copied
                tensor += torch.randn(tensor.shape, generator=generator) / 4
        save_file(tensors, folder / "body/model.safetensors")
        write_card(NAME, folder / "body", way="a test")
        fetch(PROXIES["digits"], folder / "raw")
        source = embed_source(
            NAME, "digits", weights=folder / "body", raw=folder / "raw", samples=120, device=CPU
        )
        source.write(folder / "source.safetensors")
        for name, task in TASKS.items():
            for part in ("fit", "test"):
                write_prepared(folder / name / f"{part}.h5", task, part=part)
        yield folder


def different(**alike: object) -> list[str]:
    """Return one method of each that differ in more than words and settings.

    Args:
        alike: what does not tell methods apart either, with a value for all.
    """
    plain = {
        "title": "",
        "origin": "",
        "fixes": {},
        "variant_of": "",
        "as_published": False,
        "released": {},
        **alike,
    }
    plainest = sorted(METHODS, reverse=True)  # of equal ones the first by name stays
    return sorted({repr(replace(METHODS[name], **plain)): name for name in plainest}.values())


def grid_step(name: str, kind: str, place: Path, **changes: object) -> Finetune:
    """Return the fine-tuning by a method, for two epochs, without the alignment before it.

    Args:
        name: of the method.
        kind: of the task.
        place: a folder that `toy_place` filled.
        changes: of its settings.
    """
    method = METHODS[name]
    groups = toy_settings({"epochs": 2, **changes}, "model", "optimizer", "finetune")
    return Finetune(
        setup=Setup(
            task_name="made_up", task=TASKS[kind], body=NAME, model=groups["model"],
            prepared=place / kind / "fit.h5", weights=place / "body", device=CPU,
        ),
        method=name,
        settings=groups["finetune"],
        optimizer=groups["optimizer"],
        own=method.own_settings({"sampled_epochs": 1} if method.settings_group == "pare" else {}),
        source=place / "source.safetensors" if method.needs_source else None,
    )  # fmt: skip


def aligned_step(name: str, kind: str, place: Path, out: Path, **changes: object) -> Finetune:
    """Return the same after its alignment for two epochs, which goes to the folder `out`."""
    step, method = grid_step(name, kind, place, **changes), METHODS[name]
    if not method.alignment:
        return step
    align = align_to(
        place / "source.safetensors", step.setup, distance=method.alignment, start=method.embedder,
        groups=toy_settings({"epochs": 2}, "optimizer", "align"),
    )  # fmt: skip
    return replace(step, aligned=run(align, out / "aligned")[0].parent)
