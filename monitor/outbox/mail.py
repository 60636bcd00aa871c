"""Sends a report by SMTP (RFC 5321), so that it is known at each moment whether the server has the message."""

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from mimetypes import guess_type
from typing import Final

from monitor.errors import ReportFailed
from monitor.outbox.parcel import HandOver, Parcel, Refused
from monitor.settings.reports import MailSettings

_SECONDS: Final = 60
_GO_ON, _DONE, _FORWARDED, _PERMANENT = 354, 250, 251, 500
_TEXT: Final = (
    "Báo cáo được gửi tự động, kèm theo thư này. Số liệu do máy gợi ý và cán bộ xác nhận; xin đọc phần cách làm."
)


def send_mail(settings: MailSettings, password: str, parcel: Parcel, hand_over: HandOver) -> None:
    """Send a parcel by mail.

    Args:
        settings: The mail server and the addresses.
        password: To sign in with; empty: none.
        parcel: What is sent. Its name makes the Message-ID, which stays the same over all attempts.
        hand_over: Called when the server has taken all addresses, before it gets the message.

    Raises:
        ReportFailed: The server cannot be reached, or refused for now.
        Refused: It refused for good.
        OSError: The connection broke while it had the message.

    """
    content = _on_the_wire(_message(settings, parcel))
    given = False
    server: smtplib.SMTP | None = None
    try:
        server = _connected(settings, password)
        _expect(server.mail(settings.sender), _DONE)
        for address in settings.to:
            _expect(server.rcpt(address), _DONE, _FORWARDED)
        _expect(server.docmd("DATA"), _GO_ON)
        hand_over()
        given = True
        server.send(content)
        _expect(server.getreply(), _DONE)
    except smtplib.SMTPAuthenticationError as error:
        message = f"the mail server {settings.host} refused name or password: check [report.mail] and the secret"
        raise Refused(message) from error
    except (OSError, smtplib.SMTPException) as error:
        if given:
            raise OSError(str(error)) from error
        message = f"the mail server {settings.host}:{settings.port} cannot be used: {error}"
        raise ReportFailed(message) from error
    finally:
        if server is not None:
            server.close()  # without QUIT: whatever the server says to it, the message has been taken or refused


def _connected(settings: MailSettings, password: str) -> smtplib.SMTP:
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)
    try:
        server.ehlo()
        if settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if settings.user:
            server.login(settings.user, password)
    except BaseException:
        server.close()
        raise
    return server


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    """Go on where the server says so.

    Raises:
        ReportFailed: It refused for now, `Refused` for good: it surely did not take the message.

    """
    if reply[0] in codes:
        return
    said = reply[1].decode(errors="replace").partition("\n")[0]
    message = f"the mail server answered {reply[0]} {said}"
    raise (Refused if reply[0] >= _PERMANENT else ReportFailed)(message)


def _message(settings: MailSettings, parcel: Parcel) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = settings.sender, ", ".join(settings.to), parcel.title
    message["Date"] = format_datetime(parcel.made_at)
    domain = parseaddr(settings.sender)[1].rpartition("@")[2]
    message["Message-ID"] = f"<{parcel.name}.{int(parcel.made_at.timestamp())}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine shall answer it
    message.set_content(_TEXT)
    for name, content in parcel.files.items():
        kind, _, subtype = (guess_type(name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    return message.as_bytes()


def _on_the_wire(message: bytes) -> bytes:
    """Double the dots at the beginnings of lines and add the end mark, as RFC 5321, 4.5.2 asks."""
    return re.sub(rb"(?m)^\.", b"..", message.rstrip(b"\r\n") + b"\r\n") + b".\r\n"
