import ipaddress
from typing import Any

import pytest

from angarium.protocols.http.address import Addresses
from angarium.protocols.http.exchange import Exchange, Message
from angarium.protocols.http.problem import Problem

PROXY = ipaddress.ip_network("10.0.0.0/8")


def exchange(client: str = "192.0.2.7", scheme: str = "http", **headers: str) -> Exchange:
    async def receive() -> Message:
        return {}

    async def send(_message: Message) -> None:
        return

    scope: dict[str, Any] = {
        "method": "GET",
        "path": "/",
        "client": (client, 5),
        "scheme": scheme,
        "headers": [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    return Exchange(scope, receive, send)


@pytest.mark.parametrize("host", ["a.example", "a.example:81", "127.0.0.1", "[::1]:8080", "xn--bcher-kva.example"])
def test_the_host_is_taken_as_it_was_named(host: str) -> None:
    assert Addresses(None, ()).base(exchange(scheme="https", host=host)) == f"https://{host}"


@pytest.mark.parametrize("host", ["", "a b", "a/b", "a@b", "a?b", 'a"', "a\r\nb", "-", "é.example", "a:b"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(Problem):
        Addresses(None, ()).base(exchange(host=host))


def test_two_hosts_are_none() -> None:
    twice = exchange(host="a.example")
    twice.scope["headers"].append((b"host", b"b.example"))
    with pytest.raises(Problem):
        Addresses(None, ()).base(twice)


def test_forged_parts_of_a_proxy_are_refused_too() -> None:
    with pytest.raises(Problem):
        Addresses(None, [PROXY]).base(exchange("10.1.1.1", host="a", x_forwarded_proto="javascript"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.7", "203.0.113.9", "192.0.2.7"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ],
)
def test_the_client_is_the_last_that_no_proxy_of_ours_has(peer: str, forwarded: str, client: str) -> None:
    assert Addresses(None, [PROXY]).client(exchange(peer, x_forwarded_for=forwarded)) == client


@pytest.mark.parametrize(
    ("client", "network"),
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("::ffff:192.0.2.9", "192.0.2.0/24")],
)
def test_neighbours_count_as_one(client: str, network: str) -> None:
    assert Addresses(None, ()).network(exchange(client)) == network
