from pathlib import Path

import pytest
from bench.account import Login
from bench.settings import PARTS, read


def test_a_full_run_is_the_default() -> None:
    settings = read([])
    assert (settings.messages, settings.rounds, settings.parts) == ((10_000, 100_000), 200, PARTS)
    assert settings.peer is None


def test_a_quick_run_is_small_unless_told_otherwise() -> None:
    assert (read(["--quick"]).messages, read(["--quick"]).rounds) == ((1_000,), 20)
    assert read(["--quick", "--messages", "400"]).messages == (400,)


def test_sizes_are_sorted() -> None:
    assert read(["--messages", "100000,10000"]).messages == (10_000, 100_000)


def test_a_password_may_hold_commas() -> None:
    assert read(["--peer", "http://h:1/x,me,a,b"]).peer == Login("http://h:1/x", "me", "a,b")


def test_files_and_rows_are_read() -> None:
    settings = read(["--json", "a.json", "--keep", "d", "--only", "query of 50, rare", "--parts", "rows,wire"])
    assert (settings.json, settings.keep) == (Path("a.json"), Path("d"))
    assert (settings.only, settings.parts) == (("query of 50", "rare"), ("rows", "wire"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--messages", "150"],
        ["--messages", "100"],
        ["--messages", "many"],
        ["--rounds", "0"],
        ["--parts", "speed"],
        ["--cyrus", "/no/such/script"],
        ["--peer", "h,u,p"],
        ["--peer", "http://h,u"],
    ],
)
def test_a_bad_option_ends_the_program(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read(arguments)
    assert ended.value.code == 2
    assert arguments[0] in capsys.readouterr().err
