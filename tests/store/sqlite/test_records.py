"""What only shows in the file: that a record leaves nothing behind."""

from pathlib import Path

import pytest

from angarium.store.contract import DIRECTORY, Transaction
from angarium.store.sqlite import open_store
from angarium.store.sqlite.database import FILE

SECRET = b"the secret of somebody"


@pytest.mark.parametrize("length", [10, 1_500, 20_000])
@pytest.mark.parametrize("how", ["destroyed", "replaced by less", "replaced by more"])
def test_what_a_record_held_is_overwritten_where_it_lay(tmp_path: Path, length: int, how: str) -> None:
    def keep(transaction: Transaction) -> str:
        records = transaction.records
        records.create(DIRECTORY, "Thing", "T", b'{"a":1}', {})
        return records.create(DIRECTORY, "Thing", "T", b'{"a":"%s"}' % (b"x" * length + SECRET), {})

    def let_go(transaction: Transaction) -> None:
        if how == "destroyed":
            transaction.records.destroy(DIRECTORY, "Thing", kept)
        else:
            value = b'{"a":"%s"}' % (b"y" * (length * 3 if "more" in how else 1))
            transaction.records.update(DIRECTORY, "Thing", kept, value, {})

    store = open_store(tmp_path)
    kept = store.write(keep).result()
    store.close()
    assert SECRET in (tmp_path / FILE).read_bytes()
    store = open_store(tmp_path)
    store.write(let_go).result()
    store.close()
    assert SECRET not in (tmp_path / FILE).read_bytes()
