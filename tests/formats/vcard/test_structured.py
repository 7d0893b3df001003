import pytest

from angarium.formats.json import JSON
from angarium.formats.vcard.structured import ADDRESS, NAME, Structure, lay_out, read_components, with_doubles


def kinds(found: dict[str, JSON]) -> list[tuple[JSON, JSON]]:
    components = found.get("components")
    assert isinstance(components, list)
    return [(each["kind"], each["value"]) for each in components if isinstance(each, dict)]


@pytest.mark.parametrize(
    ("structure", "value", "components"),
    [
        (NAME, "Do;Jo;A\\,B,C;;", [("surname", "Do"), ("given", "Jo"), ("given2", "A,B"), ("given2", "C")]),
        (
            NAME,
            "Do,Re;Jo;;;III,MD;Re;III",
            [("surname", "Do"), ("given", "Jo"), ("credential", "MD"), ("surname2", "Re"), ("generation", "III")],
        ),
        (ADDRESS, "1;2;3;4;5;6;7", [(kind, f"{number}") for number, kind in enumerate(ADDRESS.kinds[:7], 1)]),
        (
            ADDRESS,
            ";old;old;City;;;;;Top;;7;Road",
            [("apartment", "Top"), ("number", "7"), ("name", "Road"), ("locality", "City")],
        ),
        (ADDRESS, ";Top;Road;;;;;;;;;;;;;;;;;;too;many", [("apartment", "Top"), ("name", "Road")]),
    ],
)
def test_components_come_in_the_order_of_the_value(
    structure: Structure, value: str, components: list[tuple[str, str]]
) -> None:
    assert kinds(read_components(structure, value, None)) == components


@pytest.mark.parametrize("value", ["", ";;;;", ",,;,"])
def test_a_value_without_text_has_no_components(value: str) -> None:
    assert read_components(NAME, value, ";0") == {}


def test_jscomps_orders_and_separates() -> None:
    found = read_components(NAME, "Do;Jo,Ann;;;", "s,\\, ;1;s,-;1,1;0")
    assert kinds(found) == [("given", "Jo"), ("separator", "-"), ("given", "Ann"), ("surname", "Do")]
    assert (found["isOrdered"], found["defaultSeparator"]) == (True, ", ")


@pytest.mark.parametrize("order", ["", ";0", ";0;1;1", ";0;9", ";0;1,5", ";0;x", "x;0;1", ";0;1;;", ";99999999999;1"])
def test_a_jscomps_that_is_not_valid_orders_nothing(order: str) -> None:
    found = read_components(NAME, "Do;Jo", order)
    assert kinds(found) == [("surname", "Do"), ("given", "Jo")]
    assert "isOrdered" not in found


def test_older_readers_find_their_values() -> None:
    name: list[dict[str, JSON]] = [
        {"kind": kind, "value": kind.upper()} for kind in ("given", "surname2", "surname", "generation", "credential")
    ]
    values, order = lay_out(NAME, name, "value")
    assert (
        NAME.value(with_doubles(NAME, values, name))
        == "SURNAME,SURNAME2;GIVEN;;;GENERATION,CREDENTIAL;SURNAME2;GENERATION"
    )
    assert order == ["1", "5", "0", "6", "4,1"]
    address: list[dict[str, JSON]] = [{"kind": kind, "value": kind} for kind in ("floor", "number", "name", "locality")]
    values, _ = lay_out(ADDRESS, address, "value")
    assert (
        ADDRESS.value(with_doubles(ADDRESS, values, address))
        == ";floor;number name;locality;;;;;;floor;number;name;;;;;;"
    )
