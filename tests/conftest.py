from tests import annotations

annotations.install()


def pytest_runtest_setup() -> None:
    annotations.check_anew()
