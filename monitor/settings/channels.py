"""The settings of channels: where reports, alerts and decisions are sent, and by which mail server."""

import re
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from monitor.settings.reports import Line

What = Literal["reports", "alerts", "decisions"]
_TAKES: Final = {
    "mail": {"reports", "alerts"},
    "webhook": {"reports", "alerts", "decisions"},
    "folder": {"reports"},
    "apprise": {"alerts"},
}
_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")
_PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}


def _are_hours(value: str) -> str:
    if value and not _HOURS.fullmatch(value):
        raise ValueError("must be as 22:00-06:00, or empty")
    return value


def _is_mail_address(value: str) -> str:
    address = parseaddr(value)[1]  # a name may stand before it, as `Ban Tuyên giáo <ban@example.org>`
    local, _, domain = address.rpartition("@")
    if value and not (local and domain and address.isascii()):
        raise ValueError("must be an address as someone@example.org, without accents")
    return value


def _is_mail_server(value: str) -> str:
    if value:
        mail_server(value)
    return value


def _host(address: str) -> str:
    """Return the host of an address; empty where host or port is none."""
    try:
        parts = urlsplit(address)
        is_whole = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    return (parts.hostname or "") if is_whole else ""


class MailServer(NamedTuple):
    """Where mail is given away: `security` is `tls`, `starttls` or `none`; an empty user does not sign in."""

    host: str
    port: int
    security: str
    user: str


def mail_server(address: str) -> MailServer:
    """Read the address of a mail server.

    Raises:
        ValueError: It is not as smtp://host:port or smtps://user@host.

    """
    parts, host = urlsplit(address), _host(address)
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path.strip("/"):
        raise ValueError("must be as smtp://user@mail.example.vn:587, or smtps:// where the connection begins with TLS")
    if parts.password is not None:
        raise ValueError("must not hold the password, which is the secret `mail-server`")
    # A server on this machine seldom has a certificate, and nobody listens in between.
    security = "tls" if parts.scheme == "smtps" else "none" if host in _THIS_MACHINE else "starttls"
    return MailServer(host, parts.port or _PORTS[security], security, unquote(parts.username or ""))


def _listed(value: Any) -> Any:
    return ((value,) if value else ()) if isinstance(value, str) else value


Hours = Annotated[str, AfterValidator(_are_hours)]
MailAddress = Annotated[Line, AfterValidator(_is_mail_address)]
MailServerAddress = Annotated[Line, AfterValidator(_is_mail_server)]


class ChannelSettings(BaseModel):
    """One `[[channels]]` table; its secret stands under its name in the [secrets] table."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$",
        description="Its name. The secret of this name signs what a webhook gets, or is the Apprise address.",
    )
    what: tuple[What, ...] = Field(min_length=1, description="What is sent: some of `reports`, `alerts`, `decisions`.")
    to: Annotated[tuple[Line, ...], BeforeValidator(_listed)] = Field(
        default=(),
        description="Mail addresses, the address of a webhook, or a folder as a network drive. Empty: through Apprise.",
    )

    @property
    def kind(self) -> Literal["mail", "webhook", "folder", "apprise"]:
        """By what it is sent."""
        first = self.to[0] if self.to else ""
        if "://" in first:
            return "webhook"
        if Path(first).is_absolute():
            return "folder"
        return "mail" if first else "apprise"

    @property
    def target(self) -> str:
        """Where it goes, in one line; empty where that is a secret."""
        return ", ".join(self.to)

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.kind == "mail":
            for address in self.to:
                _is_mail_address(address)
        elif len(self.to) > 1:
            raise ValueError("`to` must be mail addresses, or one web address, or one folder (its whole path)")
        if self.kind == "webhook":
            self._check_webhook(self.to[0])
        if refused := [each for each in self.what if each not in _TAKES[self.kind]]:
            message = f"`{refused[0]}` cannot be sent by {self.kind}, but {', '.join(sorted(_TAKES[self.kind]))}"
            raise ValueError(message)
        return self

    def _check_webhook(self, address: str) -> None:
        """Refuse what sends reports in the clear, by the host itself: http://localhost.example.org is elsewhere."""
        host, scheme = _host(address), address.partition("://")[0].lower()
        if not host or scheme not in ("http", "https"):
            raise ValueError("`to` must be a web address as https://example.vn/kiemtin")
        if scheme == "http" and "reports" in self.what and host not in _THIS_MACHINE:
            raise ValueError("reports are posted to an address with https:// (http:// only on this machine)")
