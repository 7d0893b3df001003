"""A Postfix of its own: configuration, queue and sockets in a folder, on loopback, ended with the test."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/bin:/sbin:/bin")
_SENDMAIL = "/usr/sbin/sendmail"
_BEGIN_WITHIN = 20.0

# Every service is unprivileged within the folder's queue, without a chroot.
_SERVICES = """\
pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 5 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """`with Postfix(settings, services) as postfix`: runs; the settings are added to main.cf, services to master.cf."""

    def __init__(self, settings: Mapping[str, str], services: str = "") -> None:
        # Not in the test's own folder: the user postfix has to pass through.
        self._folder = Path(tempfile.mkdtemp(prefix="postfix-"))
        self._folder.chmod(0o755)
        self._config, self.log = self._folder / "config", self._folder / "log" / "mail.log"
        queue, data = self._folder / "queue", self._folder / "data"
        for made in (self._config, queue, data, self.log.parent):
            made.mkdir()
        shutil.chown(data, "postfix")
        own = {
            "compatibility_level": "3.6",
            "queue_directory": str(queue),
            "data_directory": str(data),
            "maillog_file": str(self.log),
            "maillog_file_prefixes": str(self.log.parent),
            "inet_interfaces": "127.0.0.1",
            "myhostname": "mx.example.com",
            "mydestination": "",
            "alias_maps": "",
            "import_environment": "MAIL_CONFIG",
            "minimal_backoff_time": "1s",
            "maximal_backoff_time": "2s",
            "queue_run_delay": "1s",
        }
        lines = (f"{name} = {value}\n" for name, value in {**own, **settings}.items())
        (self._config / "main.cf").write_text("".join(lines))
        (self._config / "master.cf").write_text(_SERVICES + services)

    def __enter__(self) -> "Postfix":
        self._control("start")
        deadline = time.monotonic() + _BEGIN_WITHIN
        while "daemon started" not in self.said() and time.monotonic() < deadline:
            time.sleep(0.05)
        return self

    def __exit__(self, *_error: object) -> None:
        self._control("stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def send(self, sender: str, recipients: list[str], content: str) -> None:
        """Hand a message to the queue, as programs on the machine do."""
        command = [_SENDMAIL, "-C", str(self._config), "-i", "-f", sender, "--", *recipients]
        subprocess.run(command, input=content.encode(), check=True, timeout=20)

    def said(self) -> str:
        """The log."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def result(self, recipient: str, within: float = 20.0) -> str:
        """The first line of the log that tells what became of mail for this recipient."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for line in self.said().splitlines():
                if f"to=<{recipient}>" in line and "status=" in line:
                    return line
            time.sleep(0.05)
        raise AssertionError(self.said())

    def _control(self, word: str) -> None:
        assert POSTFIX is not None
        done = subprocess.run(
            [POSTFIX, "-c", str(self._config), word], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr + self.said()
