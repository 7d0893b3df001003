"""What targets act on is made anew in time, and nothing of the one before stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fuzz.fresh import Fresh


def test_a_thing_is_made_anew_after_so_many_uses_and_the_one_before_is_gone() -> None:
    folders: list[Path] = []
    closed: list[Path] = []

    @contextmanager
    def opened(folder: Path) -> Iterator[Path]:
        folders.append(folder)
        yield folder
        closed.append(folder)

    fresh = Fresh(opened, uses=3)
    used = [fresh.use() for _ in range(7)]
    assert used == [folders[0]] * 3 + [folders[1]] * 3 + [folders[2]]
    assert closed == folders[:2]
    assert [folder.exists() for folder in folders] == [False, False, True]
