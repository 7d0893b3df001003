"""Writing from a process that does not own the writer: what the first process offers, and how a worker asks for it.

A request goes over as it came, with the ids of its user and token, whose rights are read again where it runs. A large
upload is received into a file of the data folder by the worker; only its name goes over.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

from angarium.app.control import ControlError
from angarium.app.control_link import ControlLink
from angarium.app.control_server import Operation
from angarium.datatypes import principals
from angarium.datatypes.blobs import UploadRefused
from angarium.engine.access import Principal
from angarium.formats.json import JSON
from angarium.protocols.http.reading import Reading
from angarium.protocols.jmap.running import AnyRequest
from angarium.protocols.jmap.writing import Writing
from angarium.protocols.legacy.tokens import LocalTokens
from angarium.store.contract import AccountKey, BlobHash, NotDurable, Stage, StagedBlob, State, StateChange
from angarium.store.sqlite.blobfiles import BlobFiles
from angarium.store.sqlite.stage import BlobStage, StagedBytes, StagedFile

RUN = "jmap.run"
UPLOAD = "jmap.upload"
ISSUE = "token.issue"
WITHDRAW = "token.withdraw"
NEWS = "news"
_RECEIVED = "incoming"
_REFUSED = "uploadRefused"


class ForwardedWrites:
    """The operations that workers call."""

    def __init__(
        self,
        folder: Path,
        prepare: Callable[[bytes], AnyRequest],
        reading: Reading,
        writing: Writing,
        tokens: LocalTokens,
    ) -> None:
        self._tokens = tokens
        self._folder = folder
        self._prepare = prepare
        self._reading = reading
        self._writing = writing

    def operations(self) -> dict[str, Operation]:
        """By their names."""
        return {RUN: self._run, UPLOAD: self._upload, ISSUE: self._issue, WITHDRAW: self._withdraw}

    async def _issue(self, arguments: dict[str, JSON], _payload: bytes) -> tuple[JSON, bytes]:
        return await self._tokens.issue(str(arguments["user"]), str(arguments["digest"])), b""

    async def _withdraw(self, arguments: dict[str, JSON], _payload: bytes) -> tuple[JSON, bytes]:
        await self._tokens.withdraw(str(arguments["digest"]))
        return None, b""

    async def _run(self, arguments: dict[str, JSON], body: bytes) -> tuple[JSON, bytes]:
        principal = await self._principal(arguments)
        return None, await self._writing.run(principal, self._prepare(body), body)

    async def _upload(self, arguments: dict[str, JSON], content: bytes) -> tuple[JSON, bytes]:
        principal = await self._principal(arguments)
        account, media_type, file = (str(arguments[name]) for name in ("account", "type", "file"))
        blob, size = BlobHash(str(arguments["hash"])), cast(int, arguments["size"])
        staged: StagedBlob = StagedBytes(blob, content)
        if file:
            staged = StagedFile(blob, size, self._folder / _RECEIVED / Path(file).name)
        try:
            return None, await self._writing.upload(principal, account, staged, media_type)
        except UploadRefused as refusal:
            raise ControlError(_REFUSED, str(refusal)) from None

    async def _principal(self, arguments: Mapping[str, JSON]) -> Principal:
        user, token = str(arguments["user"]), cast("str | None", arguments["token"])
        principal = await self._reading(lambda snapshot: principals.principal(snapshot, user, token))
        if principal is None:
            raise ControlError("notFound", "there is no such user, or no such token, any more")
        return principal


class RemoteWriting:
    """Implements the protocol's `Writing` through the control socket."""

    def __init__(self, link: ControlLink, folder: Path) -> None:
        self._link = link
        self._files = BlobFiles(folder)

    async def run(self, principal: Principal, request: AnyRequest, body: bytes) -> bytes:  # noqa: ARG002
        """The Response object, once it is on disk."""
        return await self._call(RUN, _who(principal), body)

    def stage(self) -> Stage:
        """Begin to receive an upload."""
        return BlobStage(self._files)

    async def upload(self, principal: Principal, account: str, staged: StagedBlob, media_type: str) -> bytes:
        """Keep an upload, once it is on disk. Raises UploadRefused."""
        file = staged.path.name if isinstance(staged, StagedFile) else ""
        content = staged.content if isinstance(staged, StagedBytes) else b""
        arguments: dict[str, JSON] = {
            **_who(principal),
            "account": account,
            "type": media_type,
            "hash": staged.hash,
            "size": staged.size,
            "file": file,
        }
        return await self._call(UPLOAD, arguments, content)

    async def _call(self, name: str, arguments: Mapping[str, JSON], payload: bytes) -> bytes:
        try:
            return (await self._link.call(name, arguments, payload))[1]
        except ControlError as error:
            if error.kind == _REFUSED:
                raise UploadRefused(error.text) from None
            raise NotDurable(error.text) from None


def _who(principal: Principal) -> dict[str, JSON]:
    return {"user": principal.id, "token": principal.token}


class RemoteTokens:
    """Implements `Tokens` of the older dialect through the control socket."""

    def __init__(self, link: ControlLink) -> None:
        self._link = link

    async def issue(self, user: str, digest: str) -> str:
        """Keep a token, once it is on disk."""
        return str(await self._call(ISSUE, {"user": user, "digest": digest}))

    async def withdraw(self, digest: str) -> None:
        """End a token, once that is on disk."""
        await self._call(WITHDRAW, {"digest": digest})

    async def _call(self, name: str, arguments: Mapping[str, JSON]) -> JSON:
        try:
            return (await self._link.call(name, arguments))[0]
        except ControlError as error:
            raise NotDurable(error.text) from None


def news_to_json(changes: Sequence[StateChange]) -> JSON:
    """News as it goes over the socket."""
    return [[int(change.account), cast("dict[str, JSON]", change.changed), change.sequence] for change in changes]


def news_from_json(value: JSON) -> list[StateChange]:
    """News as it came over the socket."""
    rows = cast("list[tuple[int, dict[str, State], int]]", value)
    return [StateChange(AccountKey(account), changed, sequence) for account, changed, sequence in rows]
