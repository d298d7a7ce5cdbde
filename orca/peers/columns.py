"""A table's columns as numbers, for libraries that know no categories."""

from typing import Any

from orca.peers.peer import Problem


def as_numbers(problem: Problem) -> Any:
    """Return scikit-learn's encoder of a table's columns, to be fitted to the problem's rows.

    Categories become one-hot codes, a missing one has none; numbers are standardised, a missing
    one is the median.
    """
    from sklearn.compose import ColumnTransformer, make_column_selector
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    frame = problem.rows.columns
    kinds = [list(kind.categories) for kind in frame.dtypes if hasattr(kind, "categories")]
    return ColumnTransformer([
        (
            "categories",
            OneHotEncoder(categories=kinds, handle_unknown="ignore", sparse_output=False),
            make_column_selector(dtype_include="category"),
        ),
        (
            "numbers",
            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
            make_column_selector(dtype_exclude="category"),
        ),
    ])  # fmt: skip


def behind_numbers(problem: Problem, model: Any) -> Any:
    """Return a model of scikit-learn behind the encoder of a table's columns."""
    from sklearn.pipeline import make_pipeline

    return make_pipeline(as_numbers(problem), model)
