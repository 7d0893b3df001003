"""Mailbox names as Maildir++ folders, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.formats.mailstore import folder_name, folder_path


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        (("Work",), ".Work"),
        (("Work", "2024"), ".Work.2024"),
        (("Entwürfe",), ".Entw&APw-rfe"),
        (("台北", "日本語"), ".&U,BTFw-.&ZeVnLIqe-"),
        (("Tom & Jerry",), ".Tom &- Jerry"),
        (("a.b/c", "100%"), ".a%2eb%2fc.100%25"),
        (("..",), ".%2e%2e"),
        ((), ""),
    ],
)
def test_names_as_other_servers_write_them(path: tuple[str, ...], folder: str) -> None:
    assert folder_name(path) == folder
    assert folder_path(folder) == path


def test_what_is_no_modified_utf7_stays() -> None:
    assert folder_path(".A&B.&zz-.50%") == ("A&B", "&zz-", "50%")


name = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)


@given(st.lists(name, max_size=3).map(tuple))
def test_any_name_comes_back(path: tuple[str, ...]) -> None:
    folder = folder_name(path)
    assert folder_path(folder) == path
    assert "/" not in folder
    assert folder.isascii()


def test_a_name_too_long_for_a_file_system_is_cut_and_stays_unique() -> None:
    first, second = folder_name(("x" * 300, "a")), folder_name(("x" * 300, "b"))
    assert first != second
    assert len(first) < 255
