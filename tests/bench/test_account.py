import orjson
import pytest
from bench.account import Account, JmapError, Login, answers


def test_the_session_is_found_behind_a_redirect(account: Account) -> None:
    assert account.id == "a1"
    assert account.api_path == "/jmap/"


def test_calls_come_back_with_their_ids(account: Account) -> None:
    assert account.call(("Core/echo", {"x": 1}, "c7")) == [("Core/echo", {"x": 1}, "c7")]


def test_a_wrong_password_is_an_error(login: Login) -> None:
    wrong = Account(Login(login.url, "user", "wrong"))
    with pytest.raises(JmapError, match="401"):
        wrong.call(("Core/echo", {}, "c"))
    wrong.close()


def test_an_upload_gives_a_blob(account: Account) -> None:
    assert orjson.loads(account.upload(b"x").send().body)["blobId"]


def test_the_time_of_the_client_grows_with_each_call(account: Account) -> None:
    before = account.client_cpu
    account.call(("Core/echo", {}, "c"))
    assert account.client_cpu > before


@pytest.mark.parametrize(
    "response",
    [
        ["error", {"type": "serverFail"}, "c"],
        ["Email/set", {"notUpdated": {"e1": {"type": "notFound"}}}, "c"],
        ["Email/import", {"created": None, "notCreated": {"n": {"type": "invalidEmail"}}}, "c"],
    ],
)
def test_a_refusal_is_an_error(response: list[object]) -> None:
    with pytest.raises(JmapError, match="call c"):
        answers(orjson.dumps({"methodResponses": [response]}))
