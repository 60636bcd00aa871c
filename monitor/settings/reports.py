"""The settings of reports: the form of the office's documents, and where they are sent by themselves."""

from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

FORMATS = ("docx", "pdf", "html", "xlsx", "csv", "jsonl", "parquet")
_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")


def _is_one_line(value: str) -> str:
    if any(ord(character) < ord(" ") for character in value):
        raise ValueError("must be one line without control characters")
    return value.strip()


def _is_mail_address(value: str) -> str:
    address = parseaddr(value)[1]  # a name may stand before it, as `Ban Tuyên giáo <ban@example.org>`
    local, _, domain = address.rpartition("@")
    if not (local and domain and address.isascii()):
        raise ValueError("must be an address as someone@example.org, without accents")
    return value


def _is_webhook(value: str) -> str:
    """Refuse what would be sent in the clear, by the host itself: http://localhost.example.org is elsewhere."""
    if not value:
        return value
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not value.isascii() or " " in value:
        raise ValueError("must be a web address; letters with accents and blanks in it are written as %C4%83")
    if parts.scheme != "https" and (parts.scheme != "http" or host not in _THIS_MACHINE):
        raise ValueError("must begin with https:// (http:// only on this machine)")
    return value


Line = Annotated[str, AfterValidator(_is_one_line)]
MailAddress = Annotated[Line, AfterValidator(_is_mail_address)]


class MailSettings(BaseModel):
    """The `[report.mail]` table: the mail server that sends reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Line = Field(description="Mail server.")
    port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection is encrypted; `none` only for a server on this machine."
    )
    user: Line = Field(
        default="", description="Name to sign in with; its password is the secret `report-mail`. None: not signed in."
    )
    sender: MailAddress = Field(description="Address of the sender.")
    to: tuple[MailAddress, ...] = Field(min_length=1, description="Addresses of those who get the report.")

    @model_validator(mode="after")
    def _in_the_clear_on_this_machine_alone(self) -> Self:
        if self.security == "none" and self.host not in _THIS_MACHINE:
            raise ValueError("`security` may be none only for a server on this machine: write starttls or tls")
        return self


class ReportSettings(BaseModel):
    """The `[report]` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parent: Line = Field(default="", description="Name of the body above the organisation, as the letterhead shows it.")
    organisation: Line = Field(default="", description="Name of the organisation that issues the report.")
    symbol: Line = Field(default="BC", description="What stands behind the number, as `BC-LĐLĐ`.")
    place: Line = Field(default="", description="Name of the place that stands before the date.")
    addressed_to: tuple[Line, ...] = Field(default=(), description="Whom the report is addressed to (Kính gửi).")
    copies_to: tuple[Line, ...] = Field(default=(), description="Who gets a copy (Nơi nhận).")
    archive: Line = Field(default="Lưu: VT", description="The last line of the copies: where it is filed.")
    authority: Line = Field(default="", description="By whose authority it is signed, as `TM. BAN THƯỜNG VỤ`.")
    signer_title: Line = Field(default="", description="Office of the person who signs.")
    signer: Line = Field(default="", description="Name of the person who signs.")
    province: Line = Field(
        default="", description="The office's province, for place names that several provinces have."
    )
    language: Literal["vi", "en"] = Field(default="vi", description="Language of reports.")
    formats: tuple[Literal["docx", "pdf", "html", "xlsx", "csv", "jsonl", "parquet"], ...] = Field(
        default=("docx", "html", "xlsx"), min_length=1, description="Formats that are written when none are named."
    )
    every_monday: bool = Field(
        default=True, description="Whether `kiemtin run` writes the report of the week before on Mondays at 07:00."
    )
    mail: MailSettings | None = Field(default=None, description="Sends reports by mail.")
    webhook: Annotated[Line, AfterValidator(_is_webhook)] = Field(
        default="", description="Address to which reports are posted, https:// or on this machine."
    )
    folder: Path | None = Field(default=None, description="Folder into which reports are copied, as a network drive.")

    @property
    def places(self) -> list[tuple[str, str]]:
        """Where reports are sent: each a channel and a target."""
        found = []
        if self.mail:
            found.append(("mail", ", ".join(self.mail.to)))
        if self.webhook:
            found.append(("webhook", self.webhook))
        if self.folder:
            found.append(("folder", str(self.folder)))
        return found
