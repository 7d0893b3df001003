"""The configuration: TOML and environment to checked values; every error names where, which key, and what is allowed.

`ANGARIUM_SECTION__KEY` in the environment goes before the file, what the command line says before both.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from platformdirs import user_config_path, user_data_path

from angarium.app.settings import (
    Network,
    Unfit,
    boolean,
    integer,
    many,
    names,
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
from angarium.datatypes.principals import UnfitAddress, check_address
from angarium.engine.limits import Limits
from angarium.formats.primitives import LARGEST
from angarium.store.contract import Allowance

ENVIRONMENT = "ANGARIUM_"
FILE_NAME = "angarium.toml"

Role = Literal["inbox", "drafts", "sent", "archive", "junk", "trash", "all", "flagged", "important", "subscribed"]
_ROLES: Final[tuple[Role, ...]] = get_args(Role)

Tls = Literal["starttls", "implicit", "none"]
_TLS: Final[tuple[Tls, ...]] = get_args(Tls)

_LISTEN = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:\s]+):(?P<port>\d{1,5})\Z")

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,255}")
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))

_UNIX = "unix:"
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

_DEFAULT = Limits()


class ConfigError(Exception):
    """The configuration cannot be used; the text has one line for each thing that is wrong."""


def _listen(value: str) -> str:
    found = _LISTEN.match(value)
    if not found or int(found["port"]) > 65_535:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080; port 0 takes a free one")
    return value


def _lmtp_listen(value: str) -> str:
    if value.startswith(_UNIX):
        if not Path(value.removeprefix(_UNIX)).is_absolute():
            raise ValueError("must be unix: and an absolute path, such as unix:/run/angarium/lmtp")
        return value
    try:
        return _listen(value)
    except ValueError:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:2424, or unix:/run/angarium/lmtp") from None


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _mode(value: str) -> str:
    if not re.fullmatch(r"0?[0-7]{3}", value):
        raise ValueError("must be permissions in octal digits, such as 0660")
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or value != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be an origin, such as https://mail.example.com, without a path or slash at its end")
    return value


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an absolute URL, such as https://mail.example.com")
    return value.rstrip("/")


def _domain(value: str) -> str:
    try:
        return check_address(f"postmaster@{value}").rpartition("@")[2]
    except UnfitAddress:
        raise ValueError("must be a domain, such as example.com") from None


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError("must be a host name or an address, such as smtp.example.com, 192.0.2.1 or 2001:db8::1")
    return value


def _contact(value: str) -> str:
    if not value.startswith(("mailto:", "https://")) or not value.isascii() or not value.isprintable():
        raise ValueError("must be a mailto: or https:// URL, such as mailto:postmaster@example.com")
    return value


def _some(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _unique(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if len(set(roles)) != len(roles):
        raise ValueError("must name each role once")
    return roles


@dataclass(frozen=True, slots=True)
class ServerSection:
    """How the server is reached; `lenient` mends harmless departures of clients from the RFCs, and logs them."""

    listen: str = setting("127.0.0.1:8080", text(_listen))
    public_url: str | None = setting(None, optional(text(_public_url)))
    tls_certificate: Path | None = setting(None, optional(path))
    tls_key: Path | None = setting(None, optional(path))
    cors_origins: tuple[str, ...] = setting((), many(text(_origin)))
    trusted_proxies: tuple[Network, ...] = setting((), many(network))
    lenient: bool = setting(False, boolean)
    workers: int = setting(1, integer(1, 64))
    log_level: str = setting("info", one_of("debug", "info", "warning", "error"))

    def __post_init__(self) -> None:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key must be given together")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return _address(self.listen)


@dataclass(frozen=True, slots=True)
class LimitsSection:
    """The limits that clients are told of; none may be below what RFC 8620 §2 suggests."""

    max_size_upload: int = setting(_DEFAULT.max_size_upload, integer(1_000_000, 2_000_000_000))
    max_concurrent_upload: int = setting(_DEFAULT.max_concurrent_upload, integer(1, 100))
    max_size_request: int = setting(_DEFAULT.max_size_request, integer(100_000, 100_000_000))
    max_concurrent_requests: int = setting(_DEFAULT.max_concurrent_requests, integer(1, 100))
    max_calls_in_request: int = setting(_DEFAULT.max_calls_in_request, integer(1, 1_000))
    max_objects_in_get: int = setting(_DEFAULT.max_objects_in_get, integer(1, 100_000))
    max_objects_in_set: int = setting(_DEFAULT.max_objects_in_set, integer(1, 100_000))

    def limits(self) -> Limits:
        """As the engine takes them."""
        return Limits(**asdict(self))


@dataclass(frozen=True, slots=True)
class MailSection:
    """Where mail is received, and what a new account holds.

    A user named by a word, such as `ann`, has an address in each of the `domains`; the first is the one to send from.
    """

    domains: tuple[str, ...] = setting(("localhost",), many(text(_domain), least=1))
    new_mailboxes: tuple[Role, ...] = setting(
        ("inbox", "drafts", "sent", "archive", "junk", "trash"), many(one_of(*_ROLES), check=_unique)
    )


@dataclass(frozen=True, slots=True)
class QuotaSection:
    """What a new account may hold; without a limit, as much as there is room for."""

    octets: int | None = setting(None, optional(integer(0, LARGEST)))
    messages: int | None = setting(None, optional(integer(0, LARGEST)))

    def allowance(self) -> Allowance:
        """As the store takes it."""
        return Allowance(self.octets, self.messages)


@dataclass(frozen=True, slots=True)
class RelaySection:
    """Where mail for others goes; without a host it is refused when somebody sends it.

    `name` is what the relay is told that we are, the first of our domains unless it is given. `ca_file` holds the
    authorities to trust instead of the system's. Times in seconds.
    """

    host: str | None = setting(None, optional(text(_host)))
    port: int | None = setting(None, optional(integer(1, 65_535)))
    tls: Tls = setting("starttls", one_of(*_TLS))
    ca_file: Path | None = setting(None, optional(path))
    user: str | None = setting(None, optional(text()))
    password_file: Path | None = setting(None, optional(path))
    name: str | None = setting(None, optional(text(_domain)))
    timeout: int = setting(60, integer(1, 600))

    def __post_init__(self) -> None:
        if (self.user is None) != (self.password_file is None):
            raise ValueError("user and password_file must be given together")
        if self.user and self.tls == "none" and self.host not in _LOOPBACK:
            raise ValueError("a password is only sent over TLS, or to this machine: set tls to starttls or implicit")


@dataclass(frozen=True, slots=True)
class QueueSection:
    """How mail waits to be sent, and how much of it there may be; times in seconds.

    `retry` holds the pauses between attempts, of which the last one repeats until a message `expires`. After `warns` a
    sender who asked for it (NOTIFY=DELAY) is told that a message still waits.
    """

    connections: int = setting(4, integer(1, 100))
    retry: tuple[int, ...] = setting((60, 300, 900, 1_800, 3_600), many(integer(1, 86_400), least=1))
    warns: int = setting(4 * 3_600, integer(1, 30 * 86_400))
    expires: int = setting(5 * 86_400, integer(60, 30 * 86_400))
    max_recipients: int = setting(1_000, integer(1, 100_000))
    max_delay: int = setting(366 * 86_400, integer(0, 10 * 366 * 86_400))
    recipients_per_hour: int = setting(1_000, integer(1, 10_000_000))


@dataclass(frozen=True, slots=True)
class LmtpSection:
    """Where a mail transfer agent hands over mail; nowhere unless `listen` says so.

    LMTP has no authentication: beyond the loopback `allow_networks` must name who may deliver. A Unix socket has the
    permissions `socket_mode` and the group `socket_group`.
    """

    listen: str | None = setting(None, optional(text(_lmtp_listen)))
    allow_networks: tuple[Network, ...] = setting((), many(network))
    socket_mode: str = setting("0660", text(_mode))
    socket_group: str | None = setting(None, optional(text()))
    max_message_size: int = setting(50_000_000, integer(65_536, 2_000_000_000))
    max_connections: int = setting(100, integer(1, 10_000))

    def __post_init__(self) -> None:
        if self.listen and not (self.path or self.allow_networks or _is_loopback(self.address[0])):
            raise ValueError(
                "listen is reachable from a network and LMTP has no authentication: set allow_networks to the "
                'addresses that may deliver, such as ["10.0.0.5"], or listen on 127.0.0.1 or a Unix socket'
            )

    @property
    def path(self) -> Path | None:
        """The Unix socket, where one is asked for."""
        return Path(self.listen.removeprefix(_UNIX)) if self.listen and self.listen.startswith(_UNIX) else None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return _address(self.listen or "")

    @property
    def networks(self) -> tuple[Network, ...]:
        """Who may deliver over TCP: this machine, and those that are named."""
        return (*LOOPBACK, *self.allow_networks)


@dataclass(frozen=True, slots=True)
class PushSection:
    """Where pushes may go, and whom push services may ask about them.

    Pushes go to the public network over https; `allow_networks` names others beside it, and `allow_http` allows URLs
    without TLS, both meant for tests and for push services of one's own. `contact` is told to push services.
    """

    allow_networks: tuple[Network, ...] = setting((), many(network))
    allow_http: bool = setting(False, boolean)
    contact: str | None = setting(None, optional(text(_contact)))


@dataclass(frozen=True, slots=True)
class LegacySection:
    """The dialect of 2016 and 2017.

    `updated` is the shape of that member in answers to sets: a map since December 2016, an array for older clients.
    """

    updated: str = setting("map", one_of("map", "array"))


@dataclass(frozen=True, slots=True)
class ScheduleSection:
    """Whose word counts on who sent an answer to an invitation, or a change of one, by mail.

    `trusted_authserv_ids` are the names under which the mail transfer agent writes Authentication-Results (RFC 8601);
    without any, mail makes new invitations but changes nothing that is there.
    """

    trusted_authserv_ids: tuple[str, ...] = setting((), many(text(_some)))


@dataclass(frozen=True, slots=True)
class Config:
    """All of it; read by `load`."""

    data: Path = needed(path)
    server: ServerSection = setting(ServerSection(), table(ServerSection))
    limits: LimitsSection = setting(LimitsSection(), table(LimitsSection))
    mail: MailSection = setting(MailSection(), table(MailSection))
    quota: QuotaSection = setting(QuotaSection(), table(QuotaSection))
    relay: RelaySection = setting(RelaySection(), table(RelaySection))
    queue: QueueSection = setting(QueueSection(), table(QueueSection))
    lmtp: LmtpSection = setting(LmtpSection(), table(LmtpSection))
    schedule: ScheduleSection = setting(ScheduleSection(), table(ScheduleSection))
    push: PushSection = setting(PushSection(), table(PushSection))
    legacy: LegacySection = setting(LegacySection(), table(LegacySection))


def load(
    file: Path | None = None,
    data: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Config:
    """The configuration from a file (by default `angarium.toml` of the platform's folder, if it is there).

    `overrides` is nested like the file, and goes before everything, as `data`, the data folder, does. Raises
    ConfigError.
    """
    given = {**(overrides or {}), **({"data": data} if data else {})}
    place = file or user_config_path("angarium", appauthor=False) / FILE_NAME
    written = _written(place, must_exist=file is not None)
    named = _named(os.environ if environment is None else environment)
    default = {"data": user_data_path("angarium", appauthor=False)}
    try:
        return read(Config, _merged(default, written, _tables(named), given))
    except Unfit as unfit:
        lines = (_line(way, fault, place, named, given) for way, fault in unfit.faults)
        raise ConfigError("\n".join(lines)) from None


def _merged(*tables: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of several tables, of which the last that has one counts."""
    merged: dict[str, Any] = {}
    for one in tables:
        for name, value in one.items():
            before = merged.get(name)
            inner = before if isinstance(before, Mapping) and isinstance(value, Mapping) else {}
            merged[name] = {**inner, **value} if isinstance(value, Mapping) else value
    return merged


def _named(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are ours; ConfigError for one that names no section."""
    ours = {name: value for name, value in environment.items() if name.upper().startswith(ENVIRONMENT)}
    known = names(Config)
    for name in ours:
        section, _ = _steps(name)
        if section not in known:
            raise ConfigError(f"environment: {name}: there is no section {section}; known are {', '.join(known)}")
    return ours


def _tables(named: Mapping[str, str]) -> dict[str, Any]:
    """Variables nested like the file."""
    whole: dict[str, Any] = {}
    parts: dict[str, dict[str, str]] = {}
    for name, value in named.items():
        section, key = _steps(name)
        if key:
            parts.setdefault(section, {})[key] = value
        else:
            whole[section] = value
    return whole | parts


def _steps(variable: str) -> tuple[str, str]:
    section, _, key = variable[len(ENVIRONMENT) :].lower().partition("__")
    return section, key


def _written(place: Path, must_exist: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(place.read_text("utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"{place}: there is no such file") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{place}: cannot be read: {error}") from None


def _line(way: Sequence[str], fault: str, place: Path, named: Mapping[str, str], overrides: Mapping[str, Any]) -> str:
    """One error: where it stands, which key, what is allowed."""
    if _holds(overrides, way[:2]):
        return f"command line: {'.'.join(way)}: {fault}"
    variable = (ENVIRONMENT + "__".join(way[:2])).upper()
    if any(name.upper() == variable for name in named):
        return f"environment: {'.'.join([variable, *way[2:]])}: {fault}"
    return f"{place}: {'.'.join(way)}: {fault}"


def _holds(values: Mapping[str, Any], way: Sequence[str]) -> bool:
    inner: Any = values
    for step in way:
        if not isinstance(inner, Mapping) or step not in inner:
            return False
        inner = inner[step]
    return True


def show_config(config: Config) -> str:
    """The configuration in force as TOML, with every default; what is not set stands as a comment."""
    sections = plain(config)
    lines = [f"data = {json.dumps(sections.pop('data'))}"]
    for name, section in sections.items():
        lines += ["", f"[{name}]"]
        for key, value in section.items():
            lines.append(f"# {key} is not set" if value is None else f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"
