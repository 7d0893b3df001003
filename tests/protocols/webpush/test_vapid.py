import base64

from angarium.protocols.webpush.vapid import Vapid, make_key
from tests.protocols.webpush.device import read_token

NOW = 1_800_000_000.0


def test_another_library_checks_the_token() -> None:
    key = make_key()
    claims, public = read_token(
        Vapid(key, "mailto:a@example.com", lambda: NOW).authorization("https://push.example.com")
    )
    assert public == key.public
    assert claims == {"aud": "https://push.example.com", "exp": int(NOW) + 12 * 3600, "sub": "mailto:a@example.com"}


def test_a_server_without_a_contact_names_none() -> None:
    claims, _ = read_token(Vapid(make_key(), None, lambda: NOW).authorization("https://push.example.com"))
    assert claims.keys() == {"aud", "exp"}


def test_a_token_serves_for_half_its_life_and_for_its_service_alone() -> None:
    now = [NOW]
    vapid = Vapid(make_key(), None, lambda: now[0])
    first = vapid.authorization("https://a.example")
    now[0] += 5 * 3600
    assert vapid.authorization("https://a.example") == first
    assert vapid.authorization("https://b.example") != first
    now[0] += 2 * 3600
    assert vapid.authorization("https://a.example") != first


def test_keys_are_in_the_form_that_browsers_take() -> None:
    key = make_key()
    point = base64.urlsafe_b64decode(key.public + "=")
    assert (len(point), point[0], "=" in key.public) == (65, 4, False)
