from collections.abc import Iterator
from pathlib import Path

import pytest

from orca.training.finetune import Finetune
from tests.training.toy_grid import toy_place
from tests.training.toys import make_finetune


@pytest.fixture
def finetune(tmp_path: Path) -> Finetune:
    return make_finetune(tmp_path)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with toy_place(tmp_path_factory.mktemp("place")) as folder:
        yield folder
