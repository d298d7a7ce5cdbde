"""On a full disk there is one clear error, what was there stays, and the process ends by itself."""

import json
import subprocess
import sys
from pathlib import Path

from tests.limits import file_size_limit

ROOT = Path(__file__).parents[2]


def prepared_on_a_small_disk(folder: Path, sizes: list[int]) -> list[dict[str, object]]:
    """Prepare a task again while files may have so many bytes; return what is said and there."""
    import pytest

    from orca.errors import StateError
    from tests.data.made_tasks import CLASSES, prepare

    told = []
    with pytest.MonkeyPatch.context() as patch:
        for size in sizes:
            said = ""
            with file_size_limit(size):
                try:
                    prepare(CLASSES, folder, patch)
                except StateError as fault:
                    said = str(fault)
            files = {path.name: path.read_bytes().hex() for path in folder.iterdir()}
            told.append({"said": said, "files": files})
    return told


def test_preparing_on_a_full_disk_ends_by_one_clear_error_and_no_signal(tmp_path):
    command = [sys.executable, "-m", "tests.data.test_full_disk", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    roomy, *full = json.loads(done.stdout)
    assert not roomy["said"]
    assert set(roomy["files"]) == {"card.json", "fit.h5", "schema.json", "test.h5"}
    for told in full:
        assert "fit.h5: it cannot be written: File too large" in told["said"]
        assert "Mend: make room on the disk" in told["said"]
        assert told["files"] == roomy["files"]


if __name__ == "__main__":
    found = prepared_on_a_small_disk(Path(sys.argv[1]), [10**7, 500, 4000, 9000])
    sys.stdout.write(json.dumps(found))
