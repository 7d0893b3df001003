from bench.aims import CARD_AIMS
from bench.contacts import COUNT, declared
from bench.ground import PAGE, without_mail
from bench.rows import Api

_POOL = [f"C{number}" for number in range(500)]
_GROUND = without_mail("a1", COUNT)


def test_every_aim_is_that_of_a_row() -> None:
    assert {row.name for row in declared(_POOL, COUNT)} >= set(CARD_AIMS)


def test_reads_rotate_and_edits_write_something_new() -> None:
    rows = {row.name: row for row in declared(_POOL, COUNT)}
    for name in ("50 cards", "one card"):
        first, second = (rows[name].steps[0](_GROUND, turn, ()) for turn in (0, 1))
        assert isinstance(first, Api)
        assert isinstance(second, Api)
        assert first != second
    got = rows["50 cards"].steps[0](_GROUND, 3, ())
    assert isinstance(got, Api)
    assert got.calls[0][1]["ids"] == _POOL[3 * PAGE : 4 * PAGE]
