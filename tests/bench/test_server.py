"""A folder that is loaded in parts holds what one import gives."""

from contextlib import closing
from pathlib import Path

import apsw
import orjson
import pytest
from bench.corpus import Corpus
from bench.maildir import write_maildir

from bench import server

_MESSAGES = 1_000

# Without ids, change numbers and times of storing, which follow the order of arrival.
_ROWS = {
    "messages": """
        SELECT e.blob, e.size, e.received, e.sent, e.flags, e.keywords, e.sort_subject, e.sort_from, e.sort_to,
            (SELECT group_concat(name) FROM (SELECT name FROM box JOIN mailbox_email m
                ON m.mailbox = box.id AND m.id = e.id AND m.account = e.account AND m.flags = e.flags ORDER BY name)),
            (SELECT group_concat(keyword) FROM (SELECT keyword FROM email_keyword k
                WHERE k.account = e.account AND k.id = e.id AND k.received = e.received ORDER BY keyword)),
            (SELECT group_concat(blob) FROM (SELECT blob FROM email o
                WHERE o.account = e.account AND o.thread = e.thread ORDER BY blob)),
            d.*
        FROM email e JOIN email_metadata d USING (document) ORDER BY e.blob""",
    "threads": "SELECT count(*) FROM thread",
    "keys": "SELECT key, (SELECT min(blob) FROM email e WHERE e.thread = k.thread) FROM thread_key k ORDER BY key",
    "counters": "SELECT name, c.* FROM mailbox_count c LEFT JOIN box ON box.id = c.mailbox ORDER BY name",
    "keywords": "SELECT * FROM keyword_count ORDER BY keyword",
    "blobs": "SELECT hash, size, content FROM blob ORDER BY hash",
    "words": "SELECT term, col, doc, cnt FROM words ORDER BY term, col",
    "waiting": "SELECT document FROM waiting",
}
_BOXES = "SELECT id, value ->> 'name' AS name FROM record WHERE kind = 'Mailbox'"


def _held(data: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(apsw.Connection(str(data / "angarium.db"), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        connection.execute(f"CREATE TEMP VIEW box AS {_BOXES}")
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, email_text, col)")
        held = {name: list(connection.execute(sql)) for name, sql in _ROWS.items()}
    held["counters"] = [(row[0], *row[3:]) for row in held["counters"]]
    return held


def test_parts_change_nothing_of_what_is_stored(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_PART", 800)
    data, load = server.loaded(tmp_path, corpus, _MESSAGES)
    whole = server.fresh(tmp_path / "whole")
    write_maildir(corpus.messages(_MESSAGES), tmp_path / "maildir")
    server.import_mail(whole, tmp_path / "maildir")
    assert load.messages == _MESSAGES
    parts, one = _held(data), _held(whole)
    assert [name for name in parts if parts[name] != one[name]] == []
    assert len(parts["messages"]) == _MESSAGES
    assert len(parts["words"]) > _MESSAGES
    assert parts["waiting"] == []


def test_a_load_that_was_cut_short_goes_on(tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PART", 100)
    full = server.import_mail
    taken: list[Path] = []

    def import_mail(data: Path, source: Path) -> tuple[float, int]:
        if len(taken) == 1:
            taken.append(source)
            raise server.CommandError("cut short")
        taken.append(source)
        return full(data, source)

    monkeypatch.setattr(server, "import_mail", import_mail)
    with pytest.raises(server.CommandError):
        server.loaded(tmp_path, corpus, 200)
    assert orjson.loads((tmp_path / "200.json").read_bytes())["load"]["messages"] == 100
    data, load = server.loaded(tmp_path, corpus, 200)
    assert (load.messages, len(taken)) == (200, 3)
    assert len(_held(data)["messages"]) == 200
    assert server.loaded(tmp_path, corpus, 200) == (data, load)
    assert len(taken) == 3
