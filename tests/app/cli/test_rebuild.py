"""What follows from the mail is made anew, and verify says when that is needed."""

from pathlib import Path

import apsw
import pytest

from angarium.app.demo import compose, install
from angarium.store.sqlite import open_store
from tests.app.cli.program import Program

NOW = 1_790_000_000_000
COUNT = len(compose(NOW))


@pytest.fixture
def demo(program: Program) -> Program:
    store = open_store(program.data)
    install(store, ("inbox", "drafts", "sent", "archive", "junk", "trash"), NOW)
    store.close()
    return program


def damage(data: Path, *statements: str) -> None:
    connection = apsw.Connection(str(data / "angarium.db"))
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_a_whole_store_is_well_and_stays_so_when_rebuilt(demo: Program) -> None:
    photo = 1
    assert demo.good("verify") == f"checked 1 users, {COUNT} mails, {COUNT + photo} contents\nall is well\n"
    assert demo.good("rebuild", "counters") == "test: 0 mailboxes were wrong\n"
    assert demo.good("rebuild", "threads") == "test: 0 mails moved\n"
    assert demo.good("rebuild", "search", "--user", "TEST") == f"test: {COUNT} mails indexed\n"
    assert demo.good("verify").endswith("all is well\n")


def test_wrong_counters_are_named_and_mended(demo: Program) -> None:
    damage(demo.data, "UPDATE mailbox_count SET total_emails = total_emails + 1")
    ran = demo("verify")
    assert ran.code == 1
    assert "test: mailbox " in ran.out
    assert "things are wrong" in ran.out
    assert not demo.good("rebuild", "counters").startswith("test: 0 ")
    assert demo.good("verify").endswith("all is well\n")


def test_wrong_use_is_named_and_mended(demo: Program) -> None:
    limited = demo.good("user", "quota", "test", "--octets", "1GB")
    damage(demo.data, "UPDATE mailbox_count SET octets = octets + 1000000 WHERE mailbox = 0")
    ran = demo("verify")
    assert (ran.code, "counters of B0" in ran.out) == (1, True)
    demo.good("rebuild", "counters")
    assert demo.good("user", "quota", "test") == limited
    assert demo.good("verify").endswith("all is well\n")


def test_a_limit_without_its_quota_is_named(demo: Program) -> None:
    demo.good("user", "quota", "test", "--octets", "1GB")
    damage(demo.data, "DELETE FROM record WHERE kind = 'Quota'")
    assert "test: its limits are on ['octets'], and its quotas on []\n" in demo("verify").out


def test_lost_text_is_named_and_mended_beside_a_server(demo: Program) -> None:
    damage(demo.data, "DELETE FROM waiting", "INSERT INTO email_text (email_text) VALUES ('delete-all')")
    ran = demo("verify")
    assert ran.code == 1
    assert "is not in full text" in ran.out
    with demo.serving():
        assert demo.good("rebuild", "search") == f"test: {COUNT} mails indexed\n"
    assert demo.good("verify").endswith("all is well\n")


def test_a_wrong_thread_is_put_right(demo: Program) -> None:
    one = "(SELECT min(id) FROM thread)"
    damage(
        demo.data,
        f"UPDATE email SET thread = {one}",
        f"DELETE FROM thread WHERE id <> {one}",
        "DELETE FROM thread_key",
    )
    assert demo("verify").code == 1
    demo.good("rebuild", "counters")
    assert not demo.good("rebuild", "threads").startswith("test: 0 ")
    assert demo.good("verify").endswith("all is well\n")


def test_a_rebuild_for_nobody_ends_with_2(demo: Program) -> None:
    assert demo("rebuild", "counters", "--user", "nobody").code == 2
