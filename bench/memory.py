"""Peak memory of the server at rest and under a large upload, and of an import of one large mbox.

Only what the memory aims name may live here; the reading itself is in ``bench.resources``. A peak is that of any one
process.
"""

from pathlib import Path
from time import sleep

from bench import aims, resources, server
from bench.account import Account
from bench.corpus import Corpus
from bench.maildir import write_mbox
from bench.process import Process
from bench.result import MemoryResult

_UPLOAD_SIZE = 50_000_000
_WARM_UP_SIZE = 100_000
_REST = 1.0
_MOST = 100_000


def idle(folder: Path) -> MemoryResult:
    """A server on an empty store that someone has signed in to once."""
    data = server.fresh(folder / "empty")
    with server.serve(data) as process:
        account = Account(server.login(process))
        account.call(("Core/echo", {}, "e"))
        account.close()
        sleep(_REST)
        return MemoryResult(aims.IDLE, resources.peak(process.pids))


def serving(process: Process) -> MemoryResult:
    """A server that has just run the rows."""
    return MemoryResult(aims.SERVING, resources.peak(process.pids))


def upload(process: Process, account: Account) -> MemoryResult:
    """What one upload of 50 MB adds to what each process held before it."""
    account.upload(b"\0" * _WARM_UP_SIZE, "application/octet-stream").send()
    process.settle()
    resources.forget_peak(process.pids)
    before = {pid: found.resident for pid in process.pids if (found := resources.memory(pid))}
    account.upload(b"\1" * _UPLOAD_SIZE, "application/octet-stream").send()
    process.settle()
    added = [found.peak - held for pid, held in before.items() if (found := resources.memory(pid))]
    return MemoryResult(aims.UPLOAD, max(added))


def mbox(folder: Path, corpus: Corpus, messages: int) -> tuple[MemoryResult, str]:
    """The import of one mbox into an empty store; also a note on how large the mbox was.

    Of at most 100,000 messages: what an import of all that is served holds stands beside the loads.
    """
    messages = min(messages, _MOST)
    source = folder / f"{messages}.mbox"
    source.unlink(missing_ok=True)
    try:
        size = write_mbox(corpus.messages(messages), source)
        seconds, peak = server.import_mail(server.fresh(folder / "mbox"), source)
    finally:
        source.unlink(missing_ok=True)
    note = f"the mbox held {messages:,} messages in {size / 1e6:,.0f} MB and took {seconds:.1f} s"
    return MemoryResult(aims.IMPORT, peak), note
