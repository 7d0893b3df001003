from pathlib import Path

import apsw
import pytest

from angarium.store.contract import StoreError
from angarium.store.sqlite import open_store, schema
from angarium.store.sqlite.database import Access, connect
from angarium.store.sqlite.messages.tables import DDL


def test_every_statement_of_the_schema_runs(tmp_path: Path) -> None:
    connection = connect(tmp_path / "db", Access.CREATE)
    assert schema.versions(connection) is None
    schema.create(connection)
    made = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    for script in (schema.CORE, DDL, schema.TRIGGERS):
        lines = [line.split() for line in script.splitlines() if line.startswith("CREATE")]
        assert lines
        for words in lines:
            name = words[words.index("ON") - 1] if "INDEX" in words else words[3 if "VIRTUAL" in words else 2]
            assert name in made
    assert schema.versions(connection) == (schema.VERSION, schema.READABLE_BY)
    connection.close()


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "angarium.db"))
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(StoreError, match="not made by Angarium"):
        open_store(tmp_path)


@pytest.mark.parametrize("table", ["email", "record_blob", "upload"])
def test_a_reference_that_goes_is_noted_for_the_collector(tmp_path: Path, table: str) -> None:
    connection = connect(tmp_path / "db", Access.CREATE)
    schema.create(connection)
    columns = connection.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall()
    values = ", ".join("'abc'" if kind == "TEXT" else "1" for _, kind in columns)
    connection.execute(f"INSERT INTO {table} VALUES ({values})")
    connection.execute(f"DELETE FROM {table}")
    assert connection.execute("SELECT blob FROM loose").fetchall() == [("abc",)]
    connection.close()
