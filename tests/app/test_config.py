import tomllib
from pathlib import Path

import pytest

from angarium.app.config import ConfigError, load, show_config
from angarium.engine.limits import Limits


def file(folder: Path, text: str) -> Path:
    place = folder / "angarium.toml"
    place.write_text(text)
    return place


def problems(folder: Path, text: str = "", **environment: str) -> list[str]:
    """The lines of the error that this configuration must raise."""
    with pytest.raises(ConfigError) as raised:
        load(file(folder, text), environment=environment)
    return str(raised.value).splitlines()


def test_without_anything_the_limits_are_those_of_the_engine(tmp_path: Path) -> None:
    assert load(file(tmp_path, ""), environment={}).limits.limits() == Limits()


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    written = file(tmp_path, '[server]\nlisten = "file:1"\nworkers = 2\npublic_url = "https://file.example"')
    environment = {"ANGARIUM_SERVER__LISTEN": "env:2", "ANGARIUM_SERVER__WORKERS": "3"}
    config = load(written, tmp_path / "data", {"server": {"listen": "line:3"}}, environment)
    assert config.server.listen == "line:3"
    assert config.server.workers == 3
    assert config.server.public_url == "https://file.example"
    assert config.data == tmp_path / "data"


def test_arrays_in_the_environment_are_json(tmp_path: Path) -> None:
    environment = {
        "ANGARIUM_MAIL__NEW_MAILBOXES": '["inbox"]',
        "ANGARIUM_SERVER__CORS_ORIGINS": '["https://a.example"]',
        "ANGARIUM_SERVER__TRUSTED_PROXIES": '["127.0.0.1", "10.0.0.0/8"]',
    }
    config = load(file(tmp_path, ""), environment=environment)
    assert config.mail.new_mailboxes == ("inbox",)
    assert config.server.cors_origins == ("https://a.example",)
    assert [str(network) for network in config.server.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/8"]


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ('[server]\nlisten = "nowhere"', "server.listen", "HOST:PORT"),
        ('[server]\nlisten = "a:70000"', "server.listen", "HOST:PORT"),
        ('[server]\npublic_url = "mail.example"', "server.public_url", "https://mail.example.com"),
        ('[server]\ncors_origins = ["https://a/"]', "server.cors_origins.0", "without a path"),
        ('[server]\ncors_origins = ["*"]', "server.cors_origins.0", "must be an origin"),
        ('[server]\ntrusted_proxies = ["10.0.0.1/8"]', "server.trusted_proxies.0", "10.0.0.0/8"),
        ('[server]\ntls_key = "key.pem"', "server", "must be given together"),
        ("[server]\nworkers = 0", "server.workers", "an integer from 1 to 64"),
        ('[server]\nlog_level = "loud"', "server.log_level", "'debug', 'info', 'warning' or 'error'"),
        ("[server]\nlisten_on = 3", "server.listen_on", "known are listen, public_url"),
        ("[limits]\nmax_size_upload = 3", "limits.max_size_upload", "an integer from 1000000 to"),
        ('[mail]\nnew_mailboxes = ["inbx"]', "mail.new_mailboxes.0", "'inbox', 'drafts'"),
        ('[mail]\nnew_mailboxes = ["inbox", "inbox"]', "mail.new_mailboxes", "each role once"),
        ("[male]\nx = 1", "male", "known are data, server, limits, mail"),
        ("[quota]\noctets = -1", "quota.octets", "an integer from 0 to"),
        ('[quota]\nmessages = "many"', "quota.messages", "an integer from"),
        ("[quota]\nmails = 5", "quota.mails", "known are octets, messages"),
        ('[lmtp]\nlisten = "2424"', "lmtp.listen", "or unix:/run/angarium/lmtp"),
        ('[lmtp]\nlisten = "unix:lmtp"', "lmtp.listen", "an absolute path"),
        ('[lmtp]\nlisten = "0.0.0.0:2424"', "lmtp", "LMTP has no authentication: set allow_networks"),
        ('[lmtp]\nlisten = "mail.example.com:2424"', "lmtp", "LMTP has no authentication: set allow_networks"),
        ('[lmtp]\nsocket_mode = "rwx"', "lmtp.socket_mode", "octal digits"),
        ('[push]\nallow_networks = ["home"]', "push.allow_networks.0", "an address or a network"),
        ('[push]\ncontact = "me@example.com"', "push.contact", "mailto: or https://"),
    ],
)
def test_an_error_names_the_file_the_key_and_what_is_allowed(tmp_path: Path, text: str, key: str, allowed: str) -> None:
    (line,) = problems(tmp_path, text)
    assert line.startswith(f"{tmp_path / 'angarium.toml'}: {key}: ")
    assert allowed in line


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("ANGARIUM_SERVER__LISTEN", "nowhere", "HOST:PORT"),
        ("ANGARIUM_SERVER__LISTN", "a:1", "known are listen"),
        ("ANGARIUM_SERVR__LISTEN", "a:1", "known are data, server"),
        ("ANGARIUM_MAIL__NEW_MAILBOXES", "inbox", "JSON array"),
        ("ANGARIUM_LIMITS__MAX_SIZE_UPLOAD", "much", "an integer from"),
    ],
)
def test_an_error_in_the_environment_names_the_variable(
    tmp_path: Path, variable: str, value: str, allowed: str
) -> None:
    (line,) = problems(tmp_path, "", **{variable: value})
    assert line.startswith(f"environment: {variable}: ")
    assert allowed in line


def test_every_error_is_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, '[server]\nlisten = "x"\nworkers = "y"\n[limits]\nmax_size_upload = 0')) == 3


def test_an_error_of_the_command_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^command line: server\.listen: "):
        load(file(tmp_path, ""), overrides={"server": {"listen": "x"}}, environment={})


def test_a_file_that_was_named_must_be_there_and_be_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "none.toml", environment={})
    assert "cannot be read: Expected ']'" in problems(tmp_path, "[server")[0]


def test_what_is_shown_reads_back_to_the_same(tmp_path: Path) -> None:
    written = file(tmp_path, '[server]\ncors_origins = ["https://a.example"]\ntrusted_proxies = ["::1"]')
    config = load(written, tmp_path, environment={})
    shown = show_config(config)
    tomllib.loads(shown)
    assert load(file(tmp_path, shown), environment={}) == config


@pytest.mark.parametrize(
    ("listen", "address"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:0", ("::1", 0)), ("localhost:1", ("localhost", 1))],
)
def test_an_address_is_host_and_port(tmp_path: Path, listen: str, address: tuple[str, int]) -> None:
    assert load(overrides={"server": {"listen": listen}}, environment={}).server.address == address


@pytest.mark.parametrize("listen", ["127.0.0.1:2424", "[::1]:2424", "localhost:2424", "unix:/run/lmtp"])
def test_lmtp_needs_no_networks_where_only_this_machine_reaches_it(tmp_path: Path, listen: str) -> None:
    assert load(file(tmp_path, f'[lmtp]\nlisten = "{listen}"')).lmtp.listen == listen


def test_lmtp_may_listen_to_networks_that_are_named(tmp_path: Path) -> None:
    text = '[lmtp]\nlisten = "0.0.0.0:2424"\nallow_networks = ["10.0.0.5"]'
    networks = load(file(tmp_path, text)).lmtp.networks
    assert [str(network) for network in networks] == ["127.0.0.0/8", "::1/128", "10.0.0.5/32"]
