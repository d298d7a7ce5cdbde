"""The layers of a body that make queries, keys and values, for methods that treat them differently."""

from typing import TYPE_CHECKING

from orca.errors import SettingsError

if TYPE_CHECKING:
    from orca.models.assemble import Model


def query_key_value(model: "Model") -> tuple[str, str, str]:
    """Return the names of the linear layers that make queries, keys and values.

    Raises:
        SettingsError: if the body makes all three in one layer.
    """
    if len(model.projections) == 1:
        raise SettingsError(
            where="a method that treats queries, keys and values differently",
            what=f"this body computes all three in one layer, {model.projections[0]}",
            mend="choose a body that has separate layers for queries, keys and values, such as"
            " swin_base or roberta_base",
        )
    query, key, value = model.projections
    return query, key, value
