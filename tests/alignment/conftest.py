import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

REFERENCE = Path(__file__).parents[1] / "reference"
CASES = json.loads((REFERENCE / "distances.json").read_text())


@dataclass(frozen=True)
class ReferenceCase:
    """One case of tests/reference/distances.md."""

    arrays: dict[str, Tensor]
    values: dict[str, float]


@pytest.fixture(params=CASES, ids=lambda case: case["name"])
def reference(request) -> ReferenceCase:
    name = request.param["name"]
    with np.load(REFERENCE / "distances.npz") as stored:
        arrays = {
            key.removeprefix(f"{name}."): torch.from_numpy(stored[key])
            for key in stored.files
            if key.startswith(f"{name}.")
        }
    return ReferenceCase(arrays, request.param)
