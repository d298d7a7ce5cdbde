"""Tampers with what each step reads, one artefact at a time: python -m tests.campaign SECONDS SEED.

Each artefact of a toy workflow is cut short, swapped with another run's, replaced by something
foreign, changed in single bytes and, where it is JSON or YAML, in single values; then the step that
reads it is run. It must end with one clear error or with the result of the untouched artefact.
"""

import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import yaml

from orca.data.store import Prepared
from orca.errors import OrcaError
from orca.evaluation.score import read_score
from orca.inspection import inspect
from orca.training.evaluate import evaluate
from orca.training.tensor_file import read_tensors, write_tensors
from orca.tuning.best import tuned_values
from tests.data.made_tasks import samples_of
from tests.training.toys import CLASSES, CPU, ToyRun, make_align, make_finetune, run, write_prepared

BEST = {"settings": {"optimizer.learning_rate": 1e-3}, "origin": {"task": "t", "body": "b"}}
FINE = ("clear errors", "as if untouched", "read as it is")
STRANGE = (
    None,
    True,
    -1,
    0,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "../..",
    [],
    {},
    [[]],
    {"a": 1},
)
FOREIGN = (
    b"",
    b"\0" * 64,
    b"{}",
    b"[]",
    b"\xff\xfe",
    b"\x89HDF\r\n\x1a\n",
    b"PK\x03\x04",
    b"[" * 10**5,
)


@dataclass(frozen=True)
class Artefact:
    """A file, the step that reads it, and the same file of another run."""

    path: Path
    read: Callable[[], Any]  # returns what comes out
    other: Path
    sealed: bool = False  # whether another content with another outcome must be refused


def build(folder: Path) -> list[Artefact]:
    """Run a toy workflow, and return its artefacts."""
    torch.set_num_threads(1)
    aligned = run(make_align(folder, epochs=1), folder / "a", seeds=(0, 1))
    step = replace(make_finetune(folder, method="orca", epochs=1), aligned=folder / "a/out")
    finetuned = run(step, folder / "f", seeds=(0, 1))
    test = write_prepared(folder / "test.h5", CLASSES, part="test")
    other_fit = write_prepared(folder / "other/fit.h5", CLASSES, part="fit", seed=1)
    best = folder / "best.yaml"
    best.write_text(yaml.safe_dump(BEST))
    shutil.copy(best, folder / "other/best.yaml")
    for name in ("source.safetensors", "source.otdd.safetensors"):
        tensors, record = read_tensors(folder / name)
        changed = {n: t + 1 if t.is_floating_point() else t for n, t in tensors.items()}
        write_tensors(folder / "other" / name, changed, record)

    def score() -> Any:
        facts = {"task": "made_up", "body": "minilm", "method": "orca", "seed": 0}
        found = ToyRun(finetuned[0], CPU, CLASSES, facts=facts)
        out = folder / "scores/seed0/score.json"
        out.unlink(missing_ok=True)
        return evaluate(found, tests=[test], hyperparameters="x", out=out)["value"]

    def embedder() -> Any:
        return list(step.inputs(0).values())

    def distance() -> Any:
        found = make_align(folder)._source_distance()
        return found.source.features.sum().item(), sorted(
            t.sum().item() for t in found.terms.values()
        )

    def fit() -> Any:
        with Prepared(folder / "fit.h5", CLASSES) as prepared:
            return samples_of(prepared, "fit")[0].sum()

    score()
    kept = folder / "other/score.json"
    shutil.copy(folder / "scores/seed0/score.json", kept)
    shutil.copy(kept, folder / "score.json")
    sources = [folder / name for name in ("source.safetensors", "source.otdd.safetensors")]
    return [
        Artefact(finetuned[0] / "weights.safetensors", score, finetuned[1] / "weights.safetensors", sealed=True),
        Artefact(finetuned[0] / "run.json", score, finetuned[1] / "run.json"),
        Artefact(aligned[0] / "embedder.safetensors", embedder, aligned[1] / "embedder.safetensors", sealed=True),
        Artefact(aligned[0] / "run.json", embedder, aligned[1] / "run.json"),
        *(Artefact(path, distance, folder / "other" / path.name, sealed=path == sources[0]) for path in sources),
        Artefact(folder / "fit.h5", fit, other_fit, sealed=True),
        Artefact(test, score, other_fit, sealed=True),
        Artefact(best, lambda: tuned_values(best, task="t", body="b"), kept),
        Artefact(folder / "score.json", lambda: read_score(folder / "score.json").value, kept),
        Artefact(folder / "score.json", lambda: inspect(folder / "score.json"), best),
    ]  # fmt: skip


def tampered(
    artefact: Artefact, content: bytes, draw: random.Random
) -> Iterator[tuple[str, bytes]]:
    """Yield one content of each kind that is not the artefact's own, with the kind's name."""
    yield "truncate", content[: draw.randrange(len(content))]
    yield "swap", artefact.other.read_bytes()
    yield "foreign", draw.choice(FOREIGN)
    flipped = bytearray(content)
    for _ in range(draw.choice((1, 1, 4, 32))):
        flipped[draw.randrange(min(len(flipped), draw.choice((512, 10**9))))] = draw.randrange(256)
    yield "bytes", bytes(flipped)
    start, stop = sorted(draw.randrange(len(content)) for _ in range(2))
    yield "cut out", content[:start] + content[stop:]
    if artefact.path.suffix in (".json", ".yaml"):
        told = yaml.safe_load(content)
        yield "value", json.dumps(_strange(told, draw)).encode()


def _strange(told: Any, draw: random.Random) -> Any:
    """Return values with one of them, somewhere, replaced or left out."""
    if not isinstance(told, dict) or not told or draw.random() < 0.1:
        return draw.choice(STRANGE)
    key = draw.choice(list(told))
    if draw.random() < 0.2:
        return {name: value for name, value in told.items() if name != key}
    return told | {key: _strange(told[key], draw)}


def place(path: Path, content: bytes) -> None:
    """Put a new file in a file's place: what was read of the old one may be mapped into memory."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def outcome(artefact: Artefact, wanted: Any) -> str:
    """Run the step that reads an artefact, and return how it ended."""
    try:
        found = artefact.read()
    except OrcaError as fault:
        return "clear errors" if fault.where and fault.mend else "an error without place or mend"
    except Exception as fault:  # noqa: BLE001 (whichever it is, it is what is looked for)
        return f"a traceback: {type(fault).__name__}: {fault}"[:300]
    if found == wanted:
        return "as if untouched"
    return "another result" if artefact.sealed else "read as it is"


def campaign(folder: Path, *, seconds: float, seed: int) -> tuple[Counter[str], list[str]]:
    """Tamper for some seconds, with each artefact at least once; return the outcomes, and what was lost."""
    artefacts, counts, lost = build(folder), Counter[str](), []
    wanted = [artefact.read() for artefact in artefacts]
    end, draw, rounds = time.monotonic() + seconds, random.Random(seed), 0
    while not rounds or time.monotonic() < end:
        rounds += 1
        for artefact, result in zip(artefacts, wanted, strict=True):
            content = artefact.path.read_bytes()
            for kind, other in tampered(artefact, content, draw):
                if other == content:
                    continue
                place(artefact.path, other)
                ended = outcome(artefact, result)
                counts[ended.partition(":")[0]] += 1
                if ended.partition(":")[0] not in FINE:
                    lost.append(f"{artefact.path.name}, {kind}: {ended}")
            place(artefact.path, content)
    return counts, lost


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        told, faults = campaign(Path(made), seconds=float(sys.argv[1]), seed=int(sys.argv[2]))
    sys.stdout.write(json.dumps({"tried": told.total(), **told, "lost": faults}, indent=1) + "\n")
