"""Sends mail by SMTP (RFC 5321), so that it is known at each moment whether the server has the message."""

import asyncio
import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from mimetypes import guess_type
from typing import Final

from monitor.errors import NoAnswer, SendFailed, SendRefused
from monitor.outbox.channels import HandOver, Message
from monitor.settings.channels import MailServer

_SECONDS: Final = 60
_GO_ON, _DONE, _FORWARDED, _PERMANENT = 354, 250, 251, 500


@dataclass(frozen=True, slots=True)
class MailChannel:
    """Sends mail through the server of the settings.

    Args:
        server: The mail server.
        password: To sign in with; empty: none.
        sender: Address of the sender.
        to: Addresses of those who get it.

    """

    server: MailServer
    password: str
    sender: str
    to: Sequence[str]

    async def send(self, message: Message, hand_over: HandOver) -> None:
        """Send a message; it is handed over when the server has taken all addresses, before it gets the message."""
        await asyncio.to_thread(self._send, message, hand_over)

    def _send(self, message: Message, hand_over: HandOver) -> None:
        content = _on_the_wire(self._written(message))
        session: smtplib.SMTP | None = None
        try:
            session = _connected(self.server, self.password)
            _expect(session.mail(self.sender), _DONE)
            for address in self.to:
                _expect(session.rcpt(address), _DONE, _FORWARDED)
            _expect(session.docmd("DATA"), _GO_ON)
            hand_over()
            session.send(content)
            _expect(session.getreply(), _DONE)
        except smtplib.SMTPAuthenticationError as error:
            refused = f"the mail server {self.server.host} refused name or password: check `mail_server` and the secret"
            raise SendRefused(refused) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NoAnswer(f"the mail server {self.server.host}:{self.server.port} cannot be used: {error}") from error
        finally:
            if session is not None:
                session.close()  # without QUIT: whatever the server says to it, it has taken or refused the message

    def _written(self, message: Message) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = self.sender, ", ".join(self.to), message.title
        mail["Date"] = format_datetime(message.made_at)
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        mail["Message-ID"] = f"<{message.key}.{int(message.made_at.timestamp())}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine shall answer it
        mail.set_content(message.text)
        for name, content in message.files.items():
            kind, _, subtype = (guess_type(name)[0] or "application/octet-stream").partition("/")
            mail.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
        return mail.as_bytes()


def _connected(server: MailServer, password: str) -> smtplib.SMTP:
    context = ssl.create_default_context() if server.security != "none" else None
    if server.security == "tls":
        session: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    try:
        session.ehlo()
        if server.security == "starttls":
            session.starttls(context=context)
            session.ehlo()
        if server.user:
            session.login(server.user, password)
    except BaseException:
        session.close()
        raise
    return session


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    """Go on where the server says so.

    Raises:
        SendFailed: It refused for now, `SendRefused` for good: it surely did not take the message.

    """
    if reply[0] in codes:
        return
    said = reply[1].decode(errors="replace").partition("\n")[0]
    raise (SendRefused if reply[0] >= _PERMANENT else SendFailed)(f"the mail server answered {reply[0]} {said}")


def _on_the_wire(message: bytes) -> bytes:
    """Double the dots at the beginnings of lines and add the end mark, as RFC 5321, 4.5.2 asks."""
    return re.sub(rb"(?m)^\.", b"..", message.rstrip(b"\r\n") + b"\r\n") + b".\r\n"
