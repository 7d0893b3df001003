"""A process to be killed: writes cards and large blobs for ever and prints what was acknowledged, a line each."""

import sys
import threading
from functools import partial
from itertools import count
from pathlib import Path

from angarium.store.contract import AccountKey, StagedBlob, Transaction
from angarium.store.sqlite import SqliteStore, open_store


def keep(account: AccountKey, staged: StagedBlob, transaction: Transaction) -> str:
    card = transaction.records.create(account, "Card", "C", staged.hash.encode(), {"blob": [staged.hash]})
    transaction.blobs.pin(account, "Card", card, [transaction.blobs.add(staged)])
    return card


def write_for_ever(store: SqliteStore, account: AccountKey, lines: threading.Lock, writer: int) -> None:
    for number in count():
        stage = store.stage()
        stage.write(b"%d %d " % (writer, number) * (20_000 if number % 4 == 0 else 1))
        staged = stage.finish()
        card = store.write(partial(keep, account, staged)).result()
        if number % 3 == 0:
            store.write(lambda t: t.blobs.collect(0))
        with lines:
            sys.stdout.write(f"{card} {staged.hash}\n")
            sys.stdout.flush()


def main() -> None:
    store = open_store(Path(sys.argv[1]))
    accounts = store.read(lambda s: s.accounts())
    account = accounts[0] if accounts else store.write(lambda t: t.create_account()).result()
    lines = threading.Lock()
    for writer in range(3):
        threading.Thread(target=write_for_ever, args=(store, account, lines, writer)).start()


if __name__ == "__main__":
    main()
