from pathlib import Path

import pytest

from tests.training.toys import ToyCell, make_cell


@pytest.fixture
def cell(tmp_path: Path) -> ToyCell:
    return make_cell(tmp_path)
