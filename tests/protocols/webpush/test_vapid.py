import base64

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from angarium.protocols.webpush.vapid import Vapid, make_key

NOW = 1_800_000_000.0


def read(authorization: str) -> tuple[dict[str, object], str]:
    """The claims, as another library checks them with the key that is sent along; and that key."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    point = base64.urlsafe_b64decode(fields["k"] + "=" * (-len(fields["k"]) % 4))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    options = {"verify_exp": False, "verify_aud": False}
    assert jwt.get_unverified_header(fields["t"]) == {"typ": "JWT", "alg": "ES256"}
    return jwt.decode(fields["t"], key, algorithms=["ES256"], options=options), fields["k"]  # type: ignore[arg-type]


def test_another_library_checks_the_token() -> None:
    key = make_key()
    claims, public = read(Vapid(key, "mailto:a@example.com", lambda: NOW).authorization("https://push.example.com"))
    assert public == key.public
    assert claims == {"aud": "https://push.example.com", "exp": int(NOW) + 12 * 3600, "sub": "mailto:a@example.com"}


def test_a_server_without_a_contact_names_none() -> None:
    claims, _ = read(Vapid(make_key(), None, lambda: NOW).authorization("https://push.example.com"))
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
