from pathlib import Path

import pytest

from orca.training.finetune import Finetune
from tests.training.toys import make_finetune


@pytest.fixture
def finetune(tmp_path: Path) -> Finetune:
    return make_finetune(tmp_path)
