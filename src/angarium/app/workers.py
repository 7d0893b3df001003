"""More processes that serve: each reads the store itself and has the first process write (design: one owns the writer).

A worker listens on the same address as the first process, hears of commits through the control socket, and ends with
it. Here live how workers are kept running and what runs in each of them.
"""

import asyncio
import json
import logging
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import closing, suppress

import uvloop

from angarium.app.compose import compose
from angarium.app.config import Config
from angarium.app.control import NAME, ControlError
from angarium.app.control_link import ControlLink
from angarium.app.forwarding import NEWS, RemoteTokens, RemoteWriting, news_from_json
from angarium.app.listening import listening_socket
from angarium.app.logs import configure_logs
from angarium.app.memory import return_large_buffers, settle
from angarium.app.settings import plain, read
from angarium.protocols.http.server import GRACE_SECONDS, HttpServer
from angarium.store.sqlite import open_store

_log = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0


class Workers:
    """Keeps `count` workers running; `config` names the address that was bound."""

    def __init__(self, config: Config, count: int) -> None:
        self._config = json.dumps(plain(config)).encode()
        self._count = count
        self._tasks: list[asyncio.Task[None]] = []
        self._processes: dict[int, Process] = {}

    def start(self) -> None:
        """Start them all."""
        self._tasks = [asyncio.ensure_future(self._keep(number)) for number in range(1, self._count + 1)]

    async def stop(self) -> None:
        """Let them finish what they answer, and end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(_end(process) for process in self._processes.values()))

    async def _keep(self, number: int) -> None:
        """Start a worker, and again whenever it ends."""
        while True:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", __name__),
                stdin=PIPE,
                start_new_session=True,  # a terminal sends SIGINT to all; the first process decides
            )
            self._processes[number] = process
            if process.stdin is not None:
                process.stdin.write(self._config)
                process.stdin.close()
            code = await process.wait()
            _log.error("worker ended number=%d code=%d", number, code)
            await asyncio.sleep(_PAUSE_SECONDS)


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_SECONDS + 5)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _work(config: Config) -> None:
    """Serve until told to end or until the process that writes has gone."""
    try:
        link = await ControlLink.connect(config.data / NAME)
    except OSError as error:
        _log.error("worker found nobody who writes reason=%s", error)
        return
    with closing(open_store(config.data, read_only=True)) as store:
        composed = compose(config, store, RemoteWriting(link, config.data), tokens=RemoteTokens(link))
        composed.feed.start()
        try:  # before anybody is served: what is read from then on is old only after news of it
            await link.subscribe(NEWS, lambda news: composed.feed.tell(news_from_json(news)))
        except ControlError as error:
            _log.error("worker hears no news reason=%s", error)
            return
        section = config.server
        server = HttpServer(composed.asgi, section.tls_certificate, section.tls_key, ending=composed.end_streams)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, server.handle_exit, signal.SIGTERM, None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ended = asyncio.ensure_future(link.closed())
        ended.add_done_callback(lambda _: server.handle_exit(signal.SIGTERM, None))
        settle()
        await server.serve(sockets=[listening_socket(*section.address, shared=True)])
        link.close()
        await ended
        composed.close()


def main() -> None:
    """Run one worker; the configuration comes as JSON on standard input."""
    config = read(Config, json.loads(sys.stdin.buffer.read()))
    configure_logs(config.server.log_level)
    return_large_buffers()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(config))


if __name__ == "__main__":
    main()
