"""The parts of the dialect from before RFC 8620, put together with those of JMAP that they share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from angarium.app.config import Config
from angarium.datatypes.push import VapidKey
from angarium.engine.dispatch import Engine
from angarium.protocols.http.application import Routes
from angarium.protocols.http.exchange import Exchange, Handler
from angarium.protocols.http.slots import Slots
from angarium.protocols.jmap.download import Download
from angarium.protocols.jmap.eventsource import Asked, EventSource, Form
from angarium.protocols.jmap.feed import commit_of
from angarium.protocols.jmap.routes import Jmap
from angarium.protocols.jmap.session import SessionResource
from angarium.protocols.jmap.upload import UploadEndpoint
from angarium.protocols.legacy.call import Method, Settings
from angarium.protocols.legacy.dialect import Dialect
from angarium.protocols.legacy.files import EVENTS, RAW, UPLOAD, Files
from angarium.protocols.legacy.login import Secrets
from angarium.protocols.legacy.sign_in import TwoSteps, UrlSignIn
from angarium.protocols.legacy.tokens import Tokens

_PING = 240
"""Seconds: clients of that time expect to hear something within five minutes."""


def dialect(config: Config, engine: Engine, token: Callable[[], str]) -> Dialect:
    """The dialect as the configuration wants it spoken."""
    settings = Settings(config.mail.domains[0], config.legacy.updated == "map")
    return Dialect(engine, _methods, settings, token)


def _methods() -> Sequence[Method]:
    # 3 MB and a tenth of what a start takes: only who hears the dialect pays for them.
    from angarium.protocols.legacy.methods import METHODS

    return METHODS


@dataclass(frozen=True, slots=True)
class OlderRoutes:
    """Makes the routes of the dialect; `key` is the secret of the server, `clock` gives epoch milliseconds."""

    settings: Settings
    tokens: Tokens
    key: VapidKey
    clock: Callable[[], int]

    def __call__(self, jmap: Jmap, streams: Slots) -> tuple[Routes, Callable[[], None]]:
        """The routes, and how to end the streams that are open."""
        secrets = Secrets(blake2b(self.key.private.encode(), person=b"older sign-in").digest())
        steps = TwoSteps(jmap.engine, self.settings, jmap.sign_in, jmap.addresses, self.tokens, secrets, self.clock)
        by_url = UrlSignIn(jmap.sign_in, secrets, self.clock)
        files = Files(self.settings)
        events = EventSource(jmap.sign_in, jmap.reading, jmap.feed, streams, Form(by_url, _asked, files.event))
        uploads = UploadEndpoint(
            jmap.engine.limits, jmap.sign_in, jmap.writing, jmap.threads, files.upload_account, files.uploaded
        )
        downloads = Download(by_url, jmap.reading, jmap.threads, files.read_url)
        session = SessionResource(jmap.engine.registry, jmap.sign_in, jmap.addresses, jmap.threads)
        signs: dict[str, Handler] = {"POST": steps.post, "DELETE": steps.delete}
        by_credentials = _by_credentials(jmap, session, steps)
        routes = Routes(
            exact={
                "/jmap/auth": {**signs, "GET": steps.get},
                "/jmap/auth/": {**signs, "GET": steps.get},
                "/.well-known/jmap": {**signs, "GET": by_credentials, "HEAD": session},
                UPLOAD: {"POST": uploads},
                f"{UPLOAD}/": {"POST": uploads},
                EVENTS: {"GET": events},
                f"{EVENTS}/": {"GET": events},
            },
            below={RAW: {"GET": downloads, "HEAD": downloads}},
        )
        return routes, events.end


def _by_credentials(jmap: Jmap, session: SessionResource, steps: TwoSteps) -> Handler:
    """The Session for all, but for who signed in by the two steps: those are told again what they were told then."""

    async def get(exchange: Exchange) -> None:
        signed = await jmap.sign_in(exchange)
        if signed.token is None:
            await session(exchange)
        else:
            await steps.show(exchange, signed)

    return get


def _asked(exchange: Exchange) -> Asked:
    """Everything, from the event last seen on; the whole state without one."""
    since = exchange.header(b"last-event-id").strip()
    return Asked(types=None, close_after_state=False, ping=_PING, since=commit_of(since))
