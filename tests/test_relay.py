"""The relay of the tests takes what a good server would take."""

import socket

from tests.relay import Relay


def test_a_message_that_is_cut_off_is_not_taken() -> None:
    with Relay() as relay:
        for content in (b"", b"Subject: whole\r\n\r\nand cut of", b"Subject: whole\r\n"):
            with socket.create_connection(("127.0.0.1", relay.port)) as client, client.makefile("rb") as said:
                client.sendall(b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + content)
                client.shutdown(socket.SHUT_WR)
                assert said.read().splitlines()[-1] == b"354 go on"
        assert relay.taken == []
