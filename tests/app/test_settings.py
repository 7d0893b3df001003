import json
from contextlib import suppress
from dataclasses import dataclass, fields
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from angarium.app.settings import (
    Network,
    Reader,
    Unfit,
    boolean,
    integer,
    many,
    needed,
    network,
    one_of,
    optional,
    path,
    plain,
    read,
    setting,
    table,
    text,
)


def _upper(value: str) -> str:
    if not value.isupper():
        raise ValueError("must be in capitals")
    return value


def _both(values: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(values)) != len(values):
        raise ValueError("must be different")
    return values


@dataclass(frozen=True, slots=True)
class Room:
    name: str = setting("HALL", text(_upper))
    seats: int = setting(2, integer(1, 100))
    doors: tuple[int, ...] = setting((1,), many(integer(0, 9), least=1, check=_both))
    light: bool = setting(True, boolean)
    floor: str = setting("wood", one_of("wood", "stone", "earth"))
    plan: Path | None = setting(None, optional(path))
    wires: tuple[Network, ...] = setting((), many(network))

    def __post_init__(self) -> None:
        if self.floor == "earth" and not self.light:
            raise ValueError("earth wants light")


@dataclass(frozen=True, slots=True)
class House:
    place: Path = needed(path)
    room: Room = setting(Room(), table(Room))


def faults(given: object) -> list[tuple[tuple[str, ...], str]]:
    with pytest.raises(Unfit) as raised:
        read(House, {"place": "/", "room": given})
    return list(raised.value.faults)


def test_what_is_not_given_has_its_default() -> None:
    assert read(House, {"place": "/h"}) == House(Path("/h"), Room())


@pytest.mark.parametrize(
    ("name", "value", "is_read_as"),
    [
        ("seats", 7, 7),
        ("seats", " +7 ", 7),
        ("doors", [1, "2"], (1, 2)),
        ("doors", "[3]", (3,)),
        ("light", False, False),
        ("light", 0, False),
        ("light", "Off", False),
        ("light", "YES", True),
        ("plan", None, None),
        ("plan", "/plan", Path("/plan")),
        ("wires", ["10.0.0.0/8", "::1"], (ip_network("10.0.0.0/8"), ip_network("::1"))),
    ],
)
def test_values_of_files_and_of_environments_are_read(name: str, value: object, is_read_as: object) -> None:
    assert getattr(read(Room, {name: value}), name) == is_read_as


@pytest.mark.parametrize(
    ("name", "value", "way", "told"),
    [
        ("name", 3, (), "must be a string"),
        ("name", "hall", (), "must be in capitals"),
        ("seats", 0, (), "must be an integer from 1 to 100"),
        ("seats", 101, (), "must be an integer from 1 to 100"),
        ("seats", True, (), "must be an integer from 1 to 100"),
        ("seats", 2.5, (), "must be an integer from 1 to 100"),
        ("seats", "9" * 5000, (), "must be an integer from 1 to 100"),
        ("seats", "²", (), "must be an integer from 1 to 100"),
        ("doors", [], (), "must have at least 1 item"),
        ("doors", {"1": 1}, (), "must be an array"),
        ("doors", "1, 2", (), 'must be a JSON array, such as ["one", "two"]'),
        ("doors", "[" * 100_000, (), 'must be a JSON array, such as ["one", "two"]'),
        ("doors", [1, 10], ("1",), "must be an integer from 0 to 9"),
        ("doors", [1, 1], (), "must be different"),
        ("light", "perhaps", (), "must be true or false"),
        ("light", [], (), "must be true or false"),
        ("floor", "sand", (), "must be 'wood', 'stone' or 'earth'"),
        ("floor", None, (), "must be 'wood', 'stone' or 'earth'"),
        ("plan", 3, (), "must be a path, as a string"),
        ("wires", ["10.0.0.1/8"], ("0",), "must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8"),
        ("lift", 1, (), "is unknown; known are name, seats, doors, light, floor, plan, wires"),
    ],
)
def test_a_value_that_is_none_is_told_with_its_place_and_what_is_allowed(
    name: str, value: object, way: tuple[str, ...], told: str
) -> None:
    assert faults({name: value}) == [(("room", name, *way), told)]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert [way for way, _ in faults({"name": "x", "seats": 0, "doors": [11, 1, 12]})] == [
        ("room", "name"),
        ("room", "seats"),
        ("room", "doors", "0"),
        ("room", "doors", "2"),
    ]


def test_what_does_not_go_together_is_told_of_the_section() -> None:
    assert faults({"floor": "earth", "light": "no"}) == [(("room",), "earth wants light")]


def test_a_section_is_a_table() -> None:
    assert faults("HALL") == [(("room",), "must be a section with settings in it")]


READERS: list[Reader[object]] = [one.metadata["read"] for one in fields(Room)]


@given(
    st.sampled_from(READERS),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | inner
    ),
)
def test_a_reader_refuses_what_it_cannot_read_and_raises_nothing_else(reader: Reader[object], value: object) -> None:
    with suppress(ValueError):
        reader(value)


def test_what_is_written_plainly_reads_back_to_the_same() -> None:
    house = House(Path("/h"), Room("HUT", 3, (4, 5), False, "stone", Path("/p"), (ip_network("10.0.0.0/8"),)))
    assert read(House, json.loads(json.dumps(plain(house)))) == house
