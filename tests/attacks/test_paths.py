"""Ways out of the data folder through the parts of a URL: none leads to a file, all look absent."""

import pytest

from tests.attacks.wire import exchange
from tests.client import Client

STEPS = (
    "..",
    "../../../../etc/passwd",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "..%5c..%5cwindows",
    "%252e%252e%252f",
    "%c0%ae%c0%ae/",
    "....//....//etc/passwd",
    "%00",
    "b%00.eml",
    "/etc/passwd",
    "//etc/passwd",
    "file:%2f%2f%2fetc%2fpasswd",
    "angarium.db",
    "control.sock",
    "blobs",
    "~root",
    "CON",
    "b" + "0" * 63,
    "b" + "0" * 65,
    "B" + "0" * 64,
    "b" + "g" * 64,
    "x" * 4_000,
    "%ff%fe",
    "%",
    "%zz",
    "*",
    "b" + "0" * 64 + "_..%2f..",
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("place", ["account", "blob", "upload", "root", "well-known"])
def test_no_path_leads_to_a_file(ann: Client, step: str, place: str) -> None:
    paths = {
        "account": ("GET", f"/jmap/download/{step}/{'b' + '0' * 64}/name?type=text/plain"),
        "blob": ("GET", f"/jmap/download/{ann.account}/{step}/name?type=text/plain"),
        "upload": ("POST", f"/jmap/upload/{step}/"),
        "root": ("GET", f"/{step}"),
        "well-known": ("GET", f"/.well-known/{step}"),
    }
    method, path = paths[place]
    answer = exchange(ann, method, path)
    assert answer.status in (400, 404, 405), answer.head
    assert b"root:" not in answer.body
    assert b"SQLite" not in answer.body
    assert len(answer.body) < 2_000


def test_a_hash_in_capitals_is_another_name(ann: Client) -> None:
    blob = ann.upload(b"content")
    assert ann.download(blob.upper()).status == 404
    assert ann.download(blob[0] + blob[1:].upper()).status == 404


def test_the_same_place_has_one_name(ann: Client) -> None:
    made = ann.import_mail(b"Subject: x\r\n\r\n0123456789", ann.mailbox("inbox"))
    for steps in ("_00-1", "_0-01", "_0-1_", "_0-1 ", "_A-1", "_0-A"):
        assert ann.download(made["blobId"] + steps).status == 404, steps
