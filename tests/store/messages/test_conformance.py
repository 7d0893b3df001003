"""The message index on SQLite does what every message index must."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from angarium.store.sqlite import SqliteStore, open_store
from tests.store.messages import conformance
from tests.store.messages.conformance import account

__all__ = ["account"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


class TestReading(conformance.ReadingSuite):
    pass


class TestWriting(conformance.WritingSuite):
    pass


class TestThreads(conformance.ThreadSuite):
    pass


class TestCounters(conformance.CounterSuite):
    pass


class TestAllowance(conformance.AllowanceSuite):
    pass


class TestQuery(conformance.QuerySuite):
    pass


class TestText(conformance.TextSuite):
    pass


class TestQueryChanges(conformance.QueryChangesSuite):
    pass
