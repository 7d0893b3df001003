from angarium.protocols.http.attempts import Attempts


def test_failures_count_for_a_minute_from_the_first() -> None:
    now = [100.0]
    attempts = Attempts(lambda: now[0])
    for _ in range(3):
        assert attempts.wait("a", 3) == 0
        attempts.failed("a")
        now[0] += 10
    assert attempts.wait("a", 3) == 30
    assert attempts.wait("b", 3) == 0
    now[0] += 30
    assert attempts.wait("a", 3) == 0
    attempts.failed("a")
    assert attempts.wait("a", 2) == 0


def test_a_failure_that_was_none_is_taken_back() -> None:
    attempts = Attempts(lambda: 0.0)
    attempts.failed("a")
    attempts.failed("a")
    attempts.forgive("a")
    assert attempts.wait("a", 1) > 0
    attempts.forgive("a")
    assert attempts.wait("a", 1) == 0


def test_what_is_kept_has_a_bound() -> None:
    attempts = Attempts(lambda: 0.0)
    for number in range(30_000):
        attempts.failed(number)
    assert len(attempts._counts) == 20_000
