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
    """Return an array that lies in the file itself.

    Args:
        file: open.
        key: the array's name.
        mend: for the error.
        shown: the file's name for messages, if not its path.
        kinds: what it may hold, by NumPy's letters; empty for anything.

    Raises:
        DataError: if there is none, it lies in another file, holds no numbers, or claims more
            than a file of this size can hold.
    """
    import h5py

    path = Path(file.filename)
    place, what = f"{shown or path}, '{key}'", ""
    if lies_elsewhere(file, key):
        what = "it lies in another file"
    elif not isinstance(file.get(key), h5py.Dataset):
        what = f"it has no array '{key}'"
    if what:
        raise DataError(where=place, what=what, mend=mend)
    array = file[key]
    if array.shape is None:
        raise DataError(where=place, what="it holds nothing", mend=mend)
    if array.external or array.is_virtual:
        raise DataError(where=place, what="its numbers lie in other files", mend=mend)
    if kinds and array.dtype.kind not in kinds:
        raise DataError(where=place, what=f"it holds {array.dtype}, no numbers", mend=mend)
    if too_much := excess(array.nbytes, path):
        raise DataError(where=place, what=f"it {too_much}", mend=mend)
    return array


def lies_elsewhere(file: "h5py.File", key: str) -> bool:
    """Return whether a link to another file is on the way to an array; none is followed."""
    import h5py

    above = accumulate(key.strip("/").split("/"), "{}/{}".format)
    return any(isinstance(file.get(place, getlink=True), h5py.ExternalLink) for place in above)
