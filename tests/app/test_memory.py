import gc
from collections.abc import Iterator

import pytest

from angarium.app.memory import loading


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_while_modules_are_loaded_nobody_looks_for_garbage() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_loaded_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    with loading():
        pass
    assert gc.get_freeze_count() > before


def test_garbage_is_looked_for_again_when_a_module_cannot_be_loaded() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()
