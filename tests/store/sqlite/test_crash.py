import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from angarium.store.contract import AccountKey, BlobHash, Snapshot, Transaction
from angarium.store.sqlite import open_store
from angarium.store.sqlite.database import FILE
from tests.store.conformance import account_of, done, hash_of
from tests.store.sqlite import acknowledging
from tests.store.sqlite.faulty import FaultyDisk


@pytest.mark.parametrize("seed", range(4))
def test_what_was_acknowledged_survives_kill(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged: dict[str, str] = {}
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, acknowledging.__file__, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(chance.randrange(1, 60)):
            card, blob = process.stdout.readline().split()
            acknowledged[card] = blob
        time.sleep(chance.random() / 50)
        process.kill()
        for line in process.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):
                card, blob = line.split()
                acknowledged[card] = blob
        process.stdout.close()
        process.wait()

    def look(snapshot: Snapshot) -> dict[str, str]:
        (account,) = snapshot.accounts()
        cards = snapshot.records.get(account, "Card")
        for blob in cards.values():
            content = snapshot.blobs.open(BlobHash(blob.decode()))[:]
            assert hash_of(content) == blob.decode()
        return {card: blob.decode() for card, blob in cards.items()}

    store = open_store(folder)
    found = store.read(look)
    assert found.items() >= acknowledged.items()
    for _ in range(3):
        done(store, lambda t: t.blobs.collect(0))
    done(store, lambda t: None)
    named = {blob[:2] + "/" + blob[2:] for blob in found.values()}
    files = {f"{path.parent.name}/{path.name}" for path in (folder / "blobs").glob("*/*")}
    assert files <= named
    assert store.read(look) == found
    store.close()
    connection = apsw.Connection(str(folder / FILE))
    assert connection.pragma("integrity_check") == "ok"
    connection.close()


@dataclass
class Life:
    """Copies of a data folder as a kill would leave it, each with how many steps were acknowledged then."""

    folder: Path
    acknowledged: int = 0
    copies: list[tuple[int, Path]] = field(default_factory=list)

    def copy(self) -> None:
        target = self.folder.with_name(f"copy{len(self.copies)}")
        shutil.copytree(self.folder, target)
        self.copies.append((self.acknowledged, target))

    def around(self, action: Callable[..., None]) -> Callable[..., None]:
        def copying(*arguments: object) -> None:
            self.copy()
            action(*arguments)
            self.copy()

        return copying


def _content(number: int) -> bytes:
    return b"%d " % (number % 5) * (40_000 if number % 2 else 1)


def _step(transaction: Transaction, account: AccountKey, number: int, cards: list[str]) -> None:
    """Makes a card with a blob, large or small, some of them in common; every third step lets one go and collects."""
    if number % 3 == 2:
        transaction.records.destroy(account, "Card", cards.pop(0))
        transaction.blobs.collect(0)
        return
    blob = transaction.blobs.add(_content(number))
    card = transaction.records.create(account, "Card", "C", blob.encode(), {"blob": [blob]})
    transaction.blobs.pin(account, "Card", card, [blob])
    cards.append(card)


def test_a_crash_at_any_sync_or_rename_leaves_the_state_before_or_after_a_step(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, life = FaultyDisk("copying"), Life(folder)
    store = open_store(folder, vfs=disk.name)
    account = account_of(store)
    monkeypatch.setattr(store._files.disk, "sync_folder", life.around(store._files.disk.sync_folder))
    monkeypatch.setattr(store._files, "place", life.around(store._files.place))
    monkeypatch.setattr(store._files, "remove", life.around(store._files.remove))
    disk.at_sync = life.copy
    cards: list[str] = []
    states = [store.read(lambda s: s.records.get(account, "Card"))]
    for number in range(18):
        done(store, lambda t: _step(t, account, number, cards))  # noqa: B023 (waits)
        life.acknowledged += 1
        states.append(store.read(lambda s: s.records.get(account, "Card")))
    store.close()
    disk.unregister()
    monkeypatch.undo()
    assert len(life.copies) > 60
    for acknowledged, copy in life.copies:
        again = open_store(copy)
        found = again.read(lambda s: s.records.get(account, "Card"))
        assert found in states[acknowledged : acknowledged + 2]
        for blob in found.values():
            assert hash_of(again.read(lambda s: s.blobs.open(BlobHash(blob.decode()))[:])) == blob.decode()  # noqa: B023
        for _ in range(3):
            done(again, lambda t: t.blobs.collect(0))
        done(again, lambda t: None)
        large = {blob.decode() for blob in found.values() if (again._files.path(BlobHash(blob.decode()))).exists()}
        assert {path.parent.name + path.name for path in (copy / "blobs").glob("*/*")} == large
        assert list((copy / "incoming").iterdir()) == []
        again.close()
