from ipaddress import ip_network

import pytest

from angarium.protocols.webpush.targets import Target, Targets, UnfitUrl

PUBLIC = Targets()
OWN = Targets([ip_network("127.0.0.0/8"), ip_network("fd00::/8")], allow_http=True)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://push.example.com/abc?d=e", Target("https", "push.example.com", 443, "/abc?d=e")),
        ("HTTPS://Push.Example.COM", Target("https", "push.example.com", 443, "/")),
        ("https://push.example.com:8443?x", Target("https", "push.example.com", 8443, "/?x")),
        ("https://xn--bcher-kva.example/", Target("https", "xn--bcher-kva.example", 443, "/")),
        ("https://93.184.215.14/", Target("https", "93.184.215.14", 443, "/")),
        ("https://[2606:4700:4700::1111]/", Target("https", "2606:4700:4700::1111", 443, "/")),
    ],
)
def test_a_url_is_taken_apart(url: str, target: Target) -> None:
    assert PUBLIC.parse(url) == target


def test_the_origin_names_a_port_that_is_not_the_usual_one() -> None:
    assert PUBLIC.parse("https://a.example:443/").origin == "https://a.example"
    assert PUBLIC.parse("https://a.example:8443/").origin == "https://a.example:8443"
    assert OWN.parse("http://[fd00::1]:80/").origin == "http://[fd00::1]"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https:///path",
        "//push.example.com/",
        "http://push.example.com/",
        "ftp://push.example.com/",
        "file:///etc/passwd",
        "gopher://push.example.com/",
        "https://user@push.example.com/",
        "https://user:password@push.example.com/",
        "https://push.example.com@127.0.0.1/",
        "https://push.example.com\\@127.0.0.1/",
        "https://push.example.com#@127.0.0.1/",
        "https://push.example.com/#fragment",
        "https://push.example.com/ space",
        "https://push.example.com/\r\nX: y",
        "https://push.example.com\t/",
        " https://push.example.com/",
        "https://push.example.com/\n",
        "https://bücher.example/",
        "https://push。example。com/",
        "https://１２７.0.0.1/",
        "https://push.example.com:99999/",
        "https://push.example.com:-1/",
        "https://push.example.com:25/",
        "https://push.example.com:0/",
        "https://push.example.com:587/",
        "https://push.example.com:6379/",
        "https://push.example.com:٤٤٣/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://017700000001/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://a.127.1/",
        "https://1.2.3.4.5/",
        "https://256.1.1.1/",
        "https://0/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:93.184.215.14]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[2001:0:7f00:1::]/",
        "https://[fc00::1]/",
        "https://[fd12::1]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "https://[2001:db8::1]/",
        "https://[gggg::1]/",
        "https://[1:2:3]/",
    ],
)
def test_a_url_that_may_lead_inside_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(UnfitUrl) as refused:
        PUBLIC.parse(url)
    assert str(refused.value)
    assert PUBLIC.problem(url) == str(refused.value)


def test_a_good_url_has_no_problem() -> None:
    assert PUBLIC.problem("https://push.example.com/x") is None


def test_the_configuration_may_allow_http_and_networks() -> None:
    assert OWN.parse("http://127.0.0.1:8080/x") == Target("http", "127.0.0.1", 8080, "/x")
    assert OWN.permits("fd00::17")
    assert not OWN.permits("10.0.0.1")
    assert not OWN.permits("::1")
    assert not OWN.permits("::ffff:127.0.0.1")


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111"])
def test_the_public_network_is_permitted(address: str) -> None:
    assert PUBLIC.permits(address)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "::1", "fe80::1%eth0", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1"]
)
def test_no_other_network_is(address: str) -> None:
    assert not PUBLIC.permits(address)
