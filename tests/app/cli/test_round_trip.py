"""Mail goes in from a Maildir, out by an export and in again elsewhere: octets, dates, flags and mailboxes stay.

`make crash` takes 10,000 messages.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from bench.corpus import BLOCK, Corpus, Message
from bench.maildir import write_maildir

from angarium.formats.primitives import format_utc
from tests.app.cli.program import Program
from tests.app.cli.test_export import model
from tests.figures import Tally


def test_an_account_that_is_exported_and_imported_again_is_the_same(
    program: Program, tmp_path: Path, pytestconfig: pytest.Config, tally: Tally
) -> None:
    count = max(1, pytestconfig.getoption("mails") // BLOCK) * BLOCK
    maildir, first, second = tmp_path / "maildir", tmp_path / "first", tmp_path / "second"
    assert write_maildir(Corpus().messages(count), maildir) == count
    for user, source, target in (("ann", maildir, first), ("bob", first, second)):
        program.user(user)
        assert f"taken {count}, skipped 0, failed 0" in program.good("import", "--user", user, source)
        assert f"mails {count}," in program.good("export", "--user", user, target)
    assert model(first)[1] == expected(Corpus().messages(count))
    assert model(first) == model(second)
    tally.add(mails=count)


def expected(messages: Iterable[Message]) -> list[tuple[str, str, list[str], list[list[str]]]]:
    """What an export says of these messages."""
    return sorted(
        (message.raw.hex(), format_utc(message.received * 1000), sorted(message.keywords), [[message.mailbox]])
        for message in messages
    )
