"""What is not damaged is got out of a store, wherever the damage is."""

import hashlib
import json
import random
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from angarium.app.cli.exporting.run import export_account
from angarium.app.cli.progress import Progress
from angarium.app.cli.reach import Refused, reading_what_is_left
from angarium.app.config import Config
from angarium.store.contract import AccountKey, BlobHash, Stored
from angarium.store.sqlite import open_store
from angarium.store.sqlite.database import FILE
from angarium.store.sqlite.pages import Pages, Row
from angarium.store.sqlite.rescue import Rescue
from tests.crash.home import home
from tests.crash.household import Household
from tests.figures import Tally

PAGE = 4096
Emails = dict[str, Stored]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, AccountKey, Emails]:
    """A data folder, an account in it, and its emails."""
    folder = tmp_path_factory.mktemp("rescue") / "data"
    with closing(open_store(folder)) as store:
        Household(store, lambda event: None, "rescue", folder.with_name("backup.tar")).day(120)
        engine, members = home(store)
        user = members["ann"].user
        account = next(iter(user.accounts.values())).key
        ids = [mail["id"] for mail in engine.call(user, "Email/get", {"ids": None, "properties": ["id"]})["list"]]
        emails = store.read(lambda s: s.messages.stored(account, ids))
    return folder, account, emails


def test_of_a_whole_store_everything_is_found_and_nothing_that_is_gone(whole: tuple[Path, AccountKey, Emails]) -> None:
    folder, account, emails = whole
    with closing(Rescue(folder)) as rescue:
        assert rescue.emails(account) == emails
        for stored in emails.values():
            assert hashlib.sha256(rescue.content(stored.blob)[:]).hexdigest() == stored.blob
        for kind in ("Mailbox", "ContactCard", "Identity"):
            with closing(open_store(folder, read_only=True)) as store:
                assert rescue.records(account, kind) == store.read(lambda s: s.records.get(account, kind))  # noqa: B023
        with pytest.raises(KeyError):
            rescue.content(BlobHash("0" * 64))


def test_what_is_only_in_the_log_is_found(folder: Path) -> None:
    with closing(open_store(folder)) as store:
        Household(store, lambda event: None, "log", folder.with_name("backup.tar")).day(10)
        _, members = home(store)
        account = next(iter(members["bob"].user.accounts.values())).key
        with closing(Rescue(folder)) as rescue:
            found = rescue.emails(account)
            assert store.read(lambda s: s.messages.stored(account, list(found))) == found
            assert len(found) == store.read(lambda s: s.messages.count(account))


def places(folder: Path, account: AccountKey, emails: Emails) -> dict[str, set[int]]:
    """The pages that each email and its content stand on, as long as nothing is damaged; files are not damaged here."""
    with closing(Pages(folder / FILE)) as pages:
        found: dict[str, set[int]] = {}
        contents: dict[object, set[int]] = {}
        for number, place, row in pages.rows():
            if len(row) == 15 and row[0] == account and f"M{row[1]!r}" in emails:
                found.setdefault(f"M{row[1]!r}", set()).add(number)
            # Pages that the database has done with still hold rows whose content has been written over.
            content = row[3] if len(row) == 4 else None
            if isinstance(content, bytes) and hashlib.sha256(content).hexdigest() == row[1]:
                contents[row[1]] = {number} | overflow(folder, number, place)
    return {name: pages_ | contents.get(emails[name].blob, set()) for name, pages_ in found.items()}


def overflow(folder: Path, number: int, place: int) -> set[int]:
    """The pages onto which a content flows over."""
    seen: set[int] = set()

    class Noting(Pages):
        def page(self, number: int) -> bytes:
            seen.add(number)
            return super().page(number)

    with closing(Noting(folder / FILE)) as pages:
        pages.row(number, place)
    return seen


def damage(folder: Path, chance: random.Random, share: float) -> set[int]:
    """Overwrite some of the pages; their numbers."""
    path = folder / FILE
    count = path.stat().st_size // PAGE
    hit = set(chance.sample(range(1, count + 1), max(1, round(count * share))))
    with path.open("r+b") as file:
        for number in hit:
            file.seek((number - 1) * PAGE)
            file.write(chance.choice((bytes(PAGE), chance.randbytes(PAGE))))
    return hit


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(max(8, metafunc.config.getoption("kills"))))


def test_an_export_saves_every_message_that_is_not_damaged_and_names_the_rest(
    whole: tuple[Path, AccountKey, Emails], tmp_path: Path, seed: int, tally: Tally
) -> None:
    folder, account, emails = whole
    broken, target = tmp_path / "data", tmp_path / "out"
    shutil.copytree(folder, broken)
    hit = damage(broken, random.Random(seed), 0.01 if seed % 2 else 0.1)
    good = {name for name, pages in places(folder, account, emails).items() if not pages & hit}
    try:
        with Progress("export") as progress, reading_what_is_left(Config(data=broken)) as store:
            outcome = export_account(store, "ann@example.com", target, progress)
    except Refused:
        assert user_page(folder) in hit
        tally.add(nameless=1)
        return
    index = json.loads((target / "angarium.json").read_bytes())
    saved = {name for message in index["messages"] for name in emails if f".{name}.angarium" in message["files"][0]}
    assert good <= saved, [failed for failed in outcome.failed if failed[0] in good]
    named = {label for label, _ in outcome.failed}
    for name in emails.keys() - saved:
        assert name in named or any("list of" in label or "records of" in label for label in named), name
    for message in index["messages"]:
        assert (target / message["files"][0]).exists()
    tally.add(stores=1, whole=len(good), saved=len(good & saved))


def user_page(folder: Path) -> int:
    """Where the user stands."""
    with closing(Pages(folder / FILE)) as pages:
        return next(number for number, _, row in pages.rows() if row[:2] == (0, "User") and b"ann@" in _value(row))


def _value(row: Row) -> bytes:
    return row[-1] if isinstance(row[-1], bytes) and len(row) == 7 else b""
