"""Where pushes may go: URLs and addresses that lead out to the world, never into our own network (RFC 8620 §8.6).

A URL is judged by its form when a client gives it; the address that its host has is judged when a push is sent, and it
is that very address which is then connected to.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

_PORTS = {"https": 443, "http": 80}

_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_-][A-Za-z0-9._-]{0,252})"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>[/?][A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]*)?\Z",
    re.IGNORECASE,
)
_LOOKS_LIKE_ADDRESS = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?\Z", re.IGNORECASE)

# Ports of other protocols, as browsers refuse them (Fetch standard, "port blocking").
_OTHER_PROTOCOLS = frozenset(
    (
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104),
        *(109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515),
        *(526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049),
        *(3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
        *(2525, 3306, 5432, 6379, 9200, 11211, 27017),  # and those of mail, databases and caches
    )
)

# What leads elsewhere than it says, or nowhere; the rest is what the registries of IANA call not global.
_REFUSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "224.0.0.0/3",
            "::/16",  # among them ::1, and what embeds an IPv4 address: ::/96, ::ffff:0:0/96
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "2002::/16",
            "3fff::/20",
            "5f00::/16",
            "fc00::/7",
            "fe80::/9",
            "ff00::/8",
        ),
    )
)


class UnfitUrl(Exception):
    """A URL to which nothing is pushed; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart: `host` without brackets, in lower case, `path` with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """As RFC 6454 §6.2 writes it."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """As it stands in a Host header."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"


class Targets:
    """Knows what the configuration allows beyond the public network and https."""

    def __init__(self, networks: Iterable[Network] = (), allow_http: bool = False) -> None:
        self._networks = tuple(networks)
        self._schemes = ("https", "http") if allow_http else ("https",)

    def problem(self, url: str) -> str | None:
        """What is wrong with a URL, in words."""
        try:
            self.parse(url)
        except UnfitUrl as error:
            return str(error)
        return None

    def parse(self, url: str) -> Target:
        """The target that a URL names; raises UnfitUrl."""
        found = _URL.match(url)
        if not found:
            raise UnfitUrl("must be an absolute https URL of ASCII without user, password or fragment")
        scheme, host = found["scheme"].lower(), found["host"].lower()
        if scheme not in self._schemes:
            raise UnfitUrl("must begin with https://")
        port = int(found["port"] or _PORTS[scheme])
        if port in _OTHER_PROTOCOLS or port > 65_535:
            raise UnfitUrl(f"port {port} is not one of the web")
        self._check_literal(host)
        path = found["path"] or "/"
        return Target(scheme, host.strip("[]"), port, path if path.startswith("/") else f"/{path}")

    def permits(self, address: str) -> bool:
        """Whether a push may go to an IP address."""
        parsed = ip_address(address.partition("%")[0])
        return self._is_listed(parsed) or _is_public(parsed)

    def _check_literal(self, host: str) -> None:
        """An address instead of a name is judged at once; only its plain form is taken for one."""
        if not host.startswith("[") and not _LOOKS_LIKE_ADDRESS.match(host):
            return
        try:
            permitted = self.permits(host.strip("[]"))
        except ValueError:
            raise UnfitUrl("the host is neither a name nor an address in its plain form") from None
        if not permitted:
            raise UnfitUrl("the host is in a network that is not public")

    def _is_listed(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address.version == network.version and address in network for network in self._networks)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    refused = any(address.version == network.version and address in network for network in _REFUSED)
    return address.is_global and not address.is_multicast and not refused
