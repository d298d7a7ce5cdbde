"""Where OpenML's tables are from: OpenML itself, or a copy that scikit-learn carries."""

from dataclasses import dataclass
from pathlib import Path

from orca.data.task import Way
from orca.errors import DataError


@dataclass(frozen=True, kw_only=True)
class Carried(Way):
    """A classification table that scikit-learn carries, written as ARFF with its name at OpenML.

    The table "wine" is what `sklearn.datasets.load_wine` gives.
    """

    name: str
    table: str
    relation: str
    locked: bool = True

    @property
    def recipe(self) -> str:
        """The declaration."""
        return repr(self)

    def bring(self, path: Path) -> None:
        """Write the table to `path`; the same bytes each time, the class as the last column."""
        import pandas as pd
        from sklearn import datasets

        from orca.data.table import write_arff

        table = getattr(datasets, f"load_{self.table}")(as_frame=True)
        names = pd.Index([str(name) for name in table.target_names])
        labels = pd.Categorical.from_codes(table.target, names)
        columns = [*(table.data[name] for name in table.data), pd.Series(labels, name="class")]
        write_arff(path, relation=self.relation, columns=columns)


@dataclass(frozen=True, kw_only=True)
class OpenMLTable(Way):
    """A table of OpenML, by its number, through its own library and cache; written as ARFF."""

    name: str
    number: int
    locked: bool = True

    def bring(self, path: Path) -> None:
        """Write the table to `path`, its default target as the last column.

        Columns that OpenML marks as row numbers or as to be ignored are left out.

        Raises:
            DataError: if OpenML does not answer and its cache does not hold the table.
        """
        import openml
        import pandas as pd
        import requests

        from orca.data.table import tidied, write_arff

        try:
            dataset = openml.datasets.get_dataset(
                self.number,
                download_data=True,
                download_qualities=False,
                download_features_meta_data=True,
            )
            frame, _, categorical, names = dataset.get_data(dataset_format="dataframe")
        except (openml.exceptions.PyOpenMLError, requests.RequestException, OSError) as fault:
            raise DataError(
                where=f"OpenML, data set {self.number}",
                what=f"it cannot be had: {fault}",
                mend="try again later, or copy description.xml, features.xml and dataset.arff, but"
                f" no pickles, from a machine that has them: org/openml/www/datasets/{self.number}"
                " under the openml library's cache",
            ) from fault
        assert isinstance(frame, pd.DataFrame)
        target = str(dataset.default_target_attribute)
        kinds = dict(zip(names, categorical, strict=True))
        features = [name for name in names if name != target]
        columns = [
            tidied(frame[name], categorical=kinds[name] or name == target)
            for name in [*features, target]
        ]
        write_arff(path, relation=str(dataset.name), columns=columns)
