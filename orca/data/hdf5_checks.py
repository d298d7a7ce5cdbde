"""What an HDF5 file may hold before anything of it is read: its own arrays, of believable sizes."""

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from orca.data.raw_file import excess
from orca.errors import DataError

if TYPE_CHECKING:
    import h5py


def own_array(
    file: "h5py.File", key: str, *, mend: str, shown: str = "", kinds: str = "bfiu"
) -> "h5py.Dataset":
    """Return an array that lies in the file itself, of `kinds` by NumPy's letters (empty for any).

    Messages name the file by its path, or as `shown`.

    Raises:
        DataError: if there is none, it lies in another file, holds no numbers, or claims more
            than a file of this size can hold.
    """
    import h5py

    path = Path(file.filename)
    if lies_elsewhere(file, key):
        what = "it lies in another file"
    elif not isinstance(array := file.get(key), h5py.Dataset):
        what = f"it has no array '{key}'"
    elif array.shape is None:
        what = "it holds nothing"
    elif array.external or array.is_virtual:
        what = "its numbers lie in other files"
    elif kinds and array.dtype.kind not in kinds:
        what = f"it holds {array.dtype}, no numbers"
    elif too_much := excess(array.nbytes, path):
        what = f"it {too_much}"
    else:
        return array
    raise DataError(where=f"{shown or path}, '{key}'", what=what, mend=mend)


def lies_elsewhere(file: "h5py.File", key: str) -> bool:
    """Return whether a link to another file is on the way to an array; none is followed."""
    import h5py

    above = accumulate(key.strip("/").split("/"), "{}/{}".format)
    return any(isinstance(file.get(place, getlink=True), h5py.ExternalLink) for place in above)
