"""The configuration: TOML and environment to checked values; every error names where, which key, and what is allowed.

`ANGARIUM_SECTION__KEY` in the environment goes before the file, what the command line says before both.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_config_path, user_data_path
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, InitSettingsSource, PydanticBaseSettingsSource
from pydantic_settings import SettingsConfigDict as SettingsDict

from angarium.datatypes.principals import UnfitAddress, check_address
from angarium.engine.limits import Limits
from angarium.formats.primitives import LARGEST
from angarium.store.contract import Allowance

ENVIRONMENT = "ANGARIUM_"
FILE_NAME = "angarium.toml"

Role = Literal["inbox", "drafts", "sent", "archive", "junk", "trash", "all", "flagged", "important", "subscribed"]

_LISTEN = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:\s]+):(?P<port>\d{1,5})\Z")

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,255}")
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))

_UNIX = "unix:"
_LOOPBACK_NETWORKS = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

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


def _unique(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    if len(set(roles)) != len(roles):
        raise ValueError("must name each role once")
    return roles


def _list(value: object) -> object:
    """In the environment an array is written as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('must be a JSON array of strings, such as ["one", "two"]') from None


def _network(value: object) -> object:
    try:
        return ip_network(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8") from None


Domain = Annotated[str, AfterValidator(_domain)]
Origin = Annotated[str, AfterValidator(_origin)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
FromJson = BeforeValidator(_list)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerSection(_Section):
    """How the server is reached; `lenient` mends harmless departures of clients from the RFCs, and logs them."""

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"
    public_url: Annotated[str, AfterValidator(_public_url)] | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    cors_origins: Annotated[tuple[Origin, ...], FromJson] = ()
    trusted_proxies: Annotated[tuple[Network, ...], FromJson] = ()
    lenient: bool = False
    workers: int = Field(default=1, ge=1, le=64)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _both_or_none(self) -> "ServerSection":
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key must be given together")
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return _address(self.listen)


class LimitsSection(_Section):
    """The limits that clients are told of; none may be below what RFC 8620 §2 suggests."""

    max_size_upload: int = Field(default=_DEFAULT.max_size_upload, ge=1_000_000, le=2_000_000_000)
    max_concurrent_upload: int = Field(default=_DEFAULT.max_concurrent_upload, ge=1, le=100)
    max_size_request: int = Field(default=_DEFAULT.max_size_request, ge=100_000, le=100_000_000)
    max_concurrent_requests: int = Field(default=_DEFAULT.max_concurrent_requests, ge=1, le=100)
    max_calls_in_request: int = Field(default=_DEFAULT.max_calls_in_request, ge=1, le=1_000)
    max_objects_in_get: int = Field(default=_DEFAULT.max_objects_in_get, ge=1, le=100_000)
    max_objects_in_set: int = Field(default=_DEFAULT.max_objects_in_set, ge=1, le=100_000)

    def limits(self) -> Limits:
        """As the engine takes them."""
        return Limits(**self.model_dump())


class MailSection(_Section):
    """Where mail is received, and what a new account holds.

    A user named by a word, such as `ann`, has an address in each of the `domains`; the first is the one to send from.
    """

    domains: Annotated[tuple[Domain, ...], FromJson, Field(min_length=1)] = ("localhost",)
    new_mailboxes: Annotated[tuple[Role, ...], FromJson, AfterValidator(_unique)] = (
        "inbox",
        "drafts",
        "sent",
        "archive",
        "junk",
        "trash",
    )


class QuotaSection(_Section):
    """What a new account may hold; without a limit, as much as there is room for."""

    octets: int | None = Field(default=None, ge=0, le=LARGEST)
    messages: int | None = Field(default=None, ge=0, le=LARGEST)

    def allowance(self) -> Allowance:
        """As the store takes it."""
        return Allowance(self.octets, self.messages)


class RelaySection(_Section):
    """Where mail for others goes; without a host it is refused when somebody sends it.

    `name` is what the relay is told that we are, the first of our domains unless it is given. `ca_file` holds the
    authorities to trust instead of the system's. Times in seconds.
    """

    host: Annotated[str, AfterValidator(_host)] | None = None
    port: int | None = Field(default=None, ge=1, le=65_535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Path | None = None
    user: str | None = None
    password_file: Path | None = None
    name: Domain | None = None
    timeout: int = Field(default=60, ge=1, le=600)

    @model_validator(mode="after")
    def _fits(self) -> "RelaySection":
        if (self.user is None) != (self.password_file is None):
            raise ValueError("user and password_file must be given together")
        if self.user and self.tls == "none" and self.host not in _LOOPBACK:
            raise ValueError("a password is only sent over TLS, or to this machine: set tls to starttls or implicit")
        return self


class QueueSection(_Section):
    """How mail waits to be sent, and how much of it there may be; times in seconds.

    `retry` holds the pauses between attempts, of which the last one repeats until a message `expires`. After `warns` a
    sender who asked for it (NOTIFY=DELAY) is told that a message still waits.
    """

    connections: int = Field(default=4, ge=1, le=100)
    retry: Annotated[tuple[Annotated[int, Field(ge=1, le=86_400)], ...], FromJson, Field(min_length=1)] = (
        60,
        300,
        900,
        1_800,
        3_600,
    )
    warns: int = Field(default=4 * 3_600, ge=1, le=30 * 86_400)
    expires: int = Field(default=5 * 86_400, ge=60, le=30 * 86_400)
    max_recipients: int = Field(default=1_000, ge=1, le=100_000)
    max_delay: int = Field(default=366 * 86_400, ge=0, le=10 * 366 * 86_400)
    recipients_per_hour: int = Field(default=1_000, ge=1, le=10_000_000)


class LmtpSection(_Section):
    """Where a mail transfer agent hands over mail; nowhere unless `listen` says so.

    LMTP has no authentication: beyond the loopback `allow_networks` must name who may deliver. A Unix socket has the
    permissions `socket_mode` and the group `socket_group`.
    """

    listen: Annotated[str, AfterValidator(_lmtp_listen)] | None = None
    allow_networks: Annotated[tuple[Network, ...], FromJson] = ()
    socket_mode: Annotated[str, AfterValidator(_mode)] = "0660"
    socket_group: str | None = None
    max_message_size: int = Field(default=50_000_000, ge=65_536, le=2_000_000_000)
    max_connections: int = Field(default=100, ge=1, le=10_000)

    @model_validator(mode="after")
    def _guarded(self) -> "LmtpSection":
        if self.listen and not (self.path or self.allow_networks or _is_loopback(self.address[0])):
            raise ValueError(
                "listen is reachable from a network and LMTP has no authentication: set allow_networks to the "
                'addresses that may deliver, such as ["10.0.0.5"], or listen on 127.0.0.1 or a Unix socket'
            )
        return self

    @property
    def path(self) -> Path | None:
        """The Unix socket, where one is asked for."""
        return Path(self.listen.removeprefix(_UNIX)) if self.listen and self.listen.startswith(_UNIX) else None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return _address(self.listen or "")

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Who may deliver over TCP: this machine, and those that are named."""
        return (*_LOOPBACK_NETWORKS, *self.allow_networks)


class PushSection(_Section):
    """Where pushes may go, and whom push services may ask about them.

    Pushes go to the public network over https; `allow_networks` names others beside it, and `allow_http` allows URLs
    without TLS, both meant for tests and for push services of one's own. `contact` is told to push services.
    """

    allow_networks: Annotated[tuple[Network, ...], FromJson] = ()
    allow_http: bool = False
    contact: Annotated[str, AfterValidator(_contact)] | None = None


class LegacySection(_Section):
    """The dialect of 2016 and 2017.

    `updated` is the shape of that member in answers to sets: a map since December 2016, an array for older clients.
    """

    updated: Literal["map", "array"] = "map"


class ScheduleSection(_Section):
    """Whose word counts on who sent an answer to an invitation, or a change of one, by mail.

    `trusted_authserv_ids` are the names under which the mail transfer agent writes Authentication-Results (RFC 8601);
    without any, mail makes new invitations but changes nothing that is there.
    """

    trusted_authserv_ids: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], FromJson] = ()


class Config(BaseSettings):
    """All of it; read by `load`."""

    model_config = SettingsDict(
        extra="forbid",
        frozen=True,
        env_prefix=ENVIRONMENT,
        env_nested_delimiter="__",
        enable_decoding=False,
    )

    data: Path = Field(default_factory=lambda: user_data_path("angarium", appauthor=False))
    server: ServerSection = ServerSection()
    limits: LimitsSection = LimitsSection()
    mail: MailSection = MailSection()
    quota: QuotaSection = QuotaSection()
    relay: RelaySection = RelaySection()
    queue: QueueSection = QueueSection()
    lmtp: LmtpSection = LmtpSection()
    schedule: ScheduleSection = ScheduleSection()
    push: PushSection = PushSection()
    legacy: LegacySection = LegacySection()


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
    written = _read(place, must_exist=file is not None)
    named = _named(os.environ if environment is None else environment)

    class Gathered(Config):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            del env_settings, dotenv_settings, file_secret_settings
            return init_settings, _Environment(settings_cls, named), InitSettingsSource(settings_cls, written)

    try:
        return Gathered(**given)
    except ValidationError as error:
        lines = (_line(problem, place, named, given) for problem in error.errors())
        raise ConfigError("\n".join(lines)) from None


class _Environment(EnvSettingsSource):
    """Reads the variables that it was given."""

    def __init__(self, settings_cls: type[BaseSettings], named: Mapping[str, str]) -> None:
        self._given = named
        super().__init__(settings_cls)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._given.items()}


def _named(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that are ours; ConfigError for one that names no section."""
    ours = {name: value for name, value in environment.items() if name.upper().startswith(ENVIRONMENT)}
    for name in ours:
        section = name[len(ENVIRONMENT) :].split("__")[0].lower()
        if section not in Config.model_fields:
            raise ConfigError(f"environment: {name}: there is no section {section}; {_sections()}")
    return ours


def _sections() -> str:
    return "known are " + ", ".join(Config.model_fields)


def _read(place: Path, must_exist: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(place.read_text("utf-8"))
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"{place}: there is no such file") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{place}: cannot be read: {error}") from None


def _line(problem: Any, place: Path, named: Mapping[str, str], overrides: Mapping[str, Any]) -> str:
    """One error: where it stands, which key, what is allowed."""
    path = [str(step) for step in problem["loc"] if not str(step).startswith(("function-", "ipv"))]
    variable = (ENVIRONMENT + "__".join(path[:2])).upper()
    text = _text(problem, path)
    if _holds(overrides, path[:2]):
        return f"command line: {'.'.join(path)}: {text}"
    if any(name.upper() == variable for name in named):
        return f"environment: {'.'.join([variable, *path[2:]])}: {text}"
    return f"{place}: {'.'.join(path)}: {text}"


def _holds(values: Mapping[str, Any], path: Sequence[str]) -> bool:
    inner: Any = values
    for step in path:
        if not isinstance(inner, Mapping) or step not in inner:
            return False
        inner = inner[step]
    return True


def _text(problem: Any, path: Sequence[str]) -> str:
    if problem["type"] == "extra_forbidden":
        section = Config.model_fields.get(path[0]) if len(path) > 1 else None
        known = section.annotation.model_fields if section and isinstance(section.annotation, type) else None
        return "is unknown; " + ("known are " + ", ".join(known) if known else _sections())
    text = str(problem["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def show_config(config: Config) -> str:
    """The configuration in force as TOML, with every default; what is not set stands as a comment."""
    lines = [f"data = {json.dumps(str(config.data))}"]
    for name, section in config.model_dump(mode="json", exclude={"data"}).items():
        lines += ["", f"[{name}]"]
        for key, value in section.items():
            lines.append(f"# {key} is not set" if value is None else f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"
