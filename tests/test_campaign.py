"""Nothing that a step reads, however it was tampered with, gives a traceback or another's result."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize(("module", "seconds"), [("campaign", "5"), ("damaged_files", "15")])
def test_what_is_tampered_with_or_damaged_gives_a_clear_error_or_changes_nothing(module, seconds):
    command = [sys.executable, "-m", f"tests.{module}", seconds, "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["lost"] == []
    assert told["clear errors"] > 50
