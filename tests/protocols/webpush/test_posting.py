"""What a push service may do to us, octet by octet."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from angarium.protocols.webpush import posting
from angarium.protocols.webpush.posting import Answered, NotAnswered, NotPermitted, NotSent, Poster
from angarium.protocols.webpush.targets import Target, Targets
from tests.server import Certificate, certificate

OWN = Targets([ip_network("127.0.0.0/8"), ip_network("::1/128")], allow_http=True)
NOW = 1_800_000_000.0

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve, **more: Any) -> AsyncIterator[int]:
    """A server on loopback; its port."""

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(run, "127.0.0.1", 0, **more)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def saying(octets: bytes, heard: list[bytes] | None = None) -> Serve:
    """Reads a request and says this."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if heard is not None:
            heard.extend((head, await reader.readexactly(length)))
        writer.write(octets)
        await writer.drain()

    return serve


def post(serve: Serve, seconds: float = 2.0, **more: Any) -> Answered:
    async def run() -> Answered:
        async with serving(serve, **more) as port:
            poster = Poster(OWN, lambda: NOW, seconds)
            return await poster.post(Target("http", "127.0.0.1", port, "/p?q"), [("TTL", "1")], b"body")

    return asyncio.run(run())


def test_a_request_goes_out_whole_and_the_status_comes_back() -> None:
    heard: list[bytes] = []
    assert post(saying(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", heard)) == (201, None)
    head = heard[0].decode().lower().split("\r\n")
    assert head[0] == "post /p?q http/1.1"
    assert {"ttl: 1", "content-length: 4", "connection: close"} <= set(head)
    assert sum(line.startswith("host: 127.0.0.1:") for line in head) == 1
    assert heard[1] == b"body"


def test_an_interim_answer_is_passed_over() -> None:
    assert post(saying(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")).status == 200


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (b"7", 7.0),
        (b"99999", 3600.0),
        (b"Fri, 15 Jan 2027 08:00:10 GMT", 10.0),
        (b"Fri, 15 Jan 2020 08:00:10 GMT", 0.0),
        (b"soon", None),
        (b"-1", None),
        (b"9" * 400, None),
        (b"", None),
    ],
)
def test_how_long_to_wait_is_understood_and_bounded(value: bytes, wait: float | None) -> None:
    assert post(saying(b"HTTP/1.1 429 Slow Down\r\nRetry-After: %s\r\n\r\n" % value)) == (429, wait)


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    heard: list[bytes] = []
    target = b"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:1/\r\n\r\n"
    assert post(saying(target, heard)).status == 307
    assert len(heard) == 2


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"HTTP/1.1 2",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\0" * 100,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"x" * 1_000_000,
    ],
)
def test_what_is_no_answer_is_told_as_none(octets: bytes) -> None:
    with pytest.raises(NotAnswered):
        post(saying(octets))


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(20)


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for octet in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50:
        writer.write(bytes([octet]))
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("serve", [_silent, _dripping])
def test_one_who_takes_too_long_is_given_up(serve: Serve) -> None:
    began = time.monotonic()
    with pytest.raises(NotAnswered):
        post(serve, 0.4)
    assert time.monotonic() - began < 3


def test_an_endless_body_is_not_read() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    assert post(endless).status == 200


def test_nobody_there_is_not_sent() -> None:
    async def run() -> None:
        async with serving(saying(b"")) as port:
            pass
        await Poster(OWN, lambda: NOW).post(Target("http", "127.0.0.1", port, "/"), [], b"")

    with pytest.raises(NotSent):
        asyncio.run(run())


def _resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names have these addresses, one answer after the other; which names were asked for."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    monkeypatch.setattr(posting, "resolve", resolve)
    return asked


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inside_is_not_permitted(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    asked = _resolving(monkeypatch, [address])
    with pytest.raises(NotPermitted):
        asyncio.run(Poster(Targets(), lambda: NOW).post(Target("https", "push.example.com", 443, "/"), [], b""))
    assert asked == ["push.example.com"]


def test_the_address_that_was_judged_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that has another address a moment later (rebinding) is not asked for again."""
    asked = _resolving(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])

    async def run() -> Answered:
        async with serving(saying(b"HTTP/1.1 201 Created\r\n\r\n")) as port:
            return await Poster(OWN, lambda: NOW).post(Target("http", "rebound.example", port, "/"), [], b"")

    assert asyncio.run(run()).status == 201
    assert asked == ["rebound.example"]


def test_addresses_that_are_not_permitted_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, ["10.0.0.1", "192.168.0.1", "127.0.0.1"])

    async def run() -> Answered:
        async with serving(saying(b"HTTP/1.1 201 Created\r\n\r\n")) as port:
            return await Poster(OWN, lambda: NOW).post(Target("http", "mixed.example", port, "/"), [], b"")

    assert asyncio.run(run()).status == 201


def test_the_name_in_the_certificate_must_be_the_right_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl

    made: Certificate = certificate(tmp_path, "push.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.chain, made.key)
    _resolving(monkeypatch, ["127.0.0.1"])
    monkeypatch.setattr(Poster, "_secured", lambda self: made.trust())

    async def run(host: str) -> int:
        async with serving(saying(b"HTTP/1.1 201 Created\r\n\r\n"), ssl=context) as port:
            return (await Poster(OWN, lambda: NOW).post(Target("https", host, port, "/"), [], b"")).status

    assert asyncio.run(run("push.example.com")) == 201
    with pytest.raises(NotSent, match="certificate"):
        asyncio.run(run("other.example.com"))


def test_a_certificate_of_nobody_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl

    made: Certificate = certificate(tmp_path, "push.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.chain, made.key)
    _resolving(monkeypatch, ["127.0.0.1"])

    async def run() -> None:
        async with serving(saying(b"HTTP/1.1 201 Created\r\n\r\n"), ssl=context) as port:
            await Poster(OWN, lambda: NOW).post(Target("https", "push.example.com", port, "/"), [], b"")

    with pytest.raises(NotSent, match="certificate"):
        asyncio.run(run())
