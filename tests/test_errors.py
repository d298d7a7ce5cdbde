import pytest

from orca import errors
from orca.errors import OrcaError

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_names_place_fault_and_mend(kind):
    fault = kind(where="a.yaml, seeds", what="it is -1", mend="make it positive")
    assert isinstance(fault, OrcaError)
    assert str(fault) == "a.yaml, seeds: it is -1\nMend: make it positive"
    assert fault.exit_status != 0
