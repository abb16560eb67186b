"""A real mail server on a real socket, for tests that deliver mail."""

import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import free_port


class Postbox:
    """Takes mails in, or does what a server does that does not.

    `answer` is what the server says to a message. While the `gate` is shut it says nothing, but
    `arrived` tells that a message is there; what had to wait is refused in the end.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answer = "250 OK"
        self.arrived = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.arrived.set()
        if not self.gate.is_set():
            await server.loop.run_in_executor(None, self.gate.wait)
            return "451 too late"
        if self.answer.startswith("2"):
            content: Any = envelope.content
            plain = content.replace(b"\r\n", b"\n")  # as it was before it went over the wire
            self.messages.append(email.message_from_bytes(plain, policy=email.policy.default))
            self.recipients.append(list(envelope.rcpt_tos))
        return self.answer


@contextmanager
def mail_server() -> Iterator[tuple[Postbox, int]]:
    """The server's postbox and its port."""
    postbox, port = Postbox(), free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield postbox, port
    finally:
        postbox.gate.set()
        controller.stop()
