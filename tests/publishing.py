"""What a run of the tests tells `python -m tests.report` when it is asked to with --publish.

A test counts by the fixture `tally`; how often each test was run, and which of its cases failed, is told of all.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.figures import Tally

_RESULTS = pytest.StashKey[dict[str, Tally]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RESULTS] = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Count a case of a test, and what failed among what was done."""
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    tally: Tally | None = getattr(item, "funcargs", {}).get("tally")
    if tally is not None and report.failed:
        tally.fail(item.name, str(report.longrepr))
    if report.when == "call" and item.config.getoption("publish"):
        results = item.config.stash[_RESULTS]
        test = item.nodeid.partition("[")[0]
        if test not in results:
            results[test] = Tally(f"tests/{test.replace('/', '.')}", {"test": test}, publish=True)
        results[test].add(**{report.outcome: 1})


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Tally:
    """What the tests of a module counted, told with the options that say how much they do."""
    given = {name: request.config.getoption(name) for name in ("kills", "examples")}
    name = request.module.__name__.removeprefix("tests.").replace(".test_", "/")
    return Tally(name, given, request.config.getoption("publish"))
