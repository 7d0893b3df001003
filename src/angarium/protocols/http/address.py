"""Who is at the other end and under which address they reached us, with or without a reverse proxy in between.

`X-Forwarded-*` headers count only when the connection comes from a configured proxy; anybody else could forge them.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import TypeAlias

from angarium.protocols.http.exchange import Exchange
from angarium.protocols.http.problem import Problem

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?\Z")
_SCHEMES = frozenset(("http", "https"))


class Addresses:
    """Reads addresses from exchanges; `public_url` settles how we are reached."""

    def __init__(self, public_url: str | None, proxies: Iterable[Network]) -> None:
        self._public = public_url.rstrip("/") if public_url else None
        self._proxies = tuple(proxies)

    def base(self, exchange: Exchange) -> str:
        """The absolute URL of our root as the client knows it, without a slash at its end; 400 when it named none."""
        if self._public:
            return self._public
        scheme, host = str(exchange.scope["scheme"]), _only(exchange, b"host")
        if self._from_proxy(exchange):
            scheme = _first(exchange.header(b"x-forwarded-proto")) or scheme
            host = _first(exchange.header(b"x-forwarded-host")) or host
        if scheme not in _SCHEMES or not _HOST.match(host):
            raise Problem(400, "The request must have one Host header that names a host.")
        return f"{scheme}://{host}"

    def client(self, exchange: Exchange) -> str:
        """The IP address of the client: the last one that no proxy of ours has."""
        peer = exchange.scope.get("client")
        address = str(peer[0]) if peer else ""
        if self._from_proxy(exchange):
            for hop in reversed(exchange.header(b"x-forwarded-for").split(",")):
                if not _is_address(hop.strip()):
                    break
                address = hop.strip()
                if not self._is_proxy(address):
                    break
        return address

    def network(self, exchange: Exchange) -> str:
        """The network that failures to sign in are counted for: /24 of IPv4, /64 of IPv6."""
        address = self.client(exchange)
        if not _is_address(address):
            return address
        parsed = ipaddress.ip_address(address)
        mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
        narrow = mapped or parsed
        return str(ipaddress.ip_network((narrow, 24 if narrow.version == 4 else 64), strict=False))

    def _from_proxy(self, exchange: Exchange) -> bool:
        peer = exchange.scope.get("client")
        return bool(self._proxies) and peer is not None and self._is_proxy(str(peer[0]))

    def _is_proxy(self, address: str) -> bool:
        return _is_address(address) and any(ipaddress.ip_address(address) in network for network in self._proxies)


def _only(exchange: Exchange, name: bytes) -> str:
    """A header that may stand once; empty when it is missing or stands twice."""
    values = [value for known, value in exchange.scope["headers"] if known == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


def _first(header: str) -> str:
    return header.split(",", 1)[0].strip()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
