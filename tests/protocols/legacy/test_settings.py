"""What the configuration says of the dialect."""

from pathlib import Path

from tests.protocols.legacy.client import Old
from tests.protocols.legacy.conftest import user_of
from tests.protocols.served import serving


def test_older_clients_are_told_of_updates_in_an_array(tmp_path: Path) -> None:
    with serving(tmp_path / "data", legacy={"updated": "array"}, mail={"domains": ["quill.example"]}) as served:
        ann: Old = user_of(served, "ann")
        box = ann.mailboxes()["archive"]
        told = ann.ask("setMailboxes", {"update": {box: {"name": "Old"}}})
        assert told["updated"] == [box]
        assert told["accountId"] == "ann@quill.example"
        vacation = ann.ask("setVacationResponse", {"update": {"singleton": {"isEnabled": True}}})
        assert vacation["updated"] == ["singleton"]
