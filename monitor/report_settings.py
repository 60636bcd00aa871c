"""The settings of reports: the form of the office's documents, and where they are sent by themselves."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

FORMATS = ("docx", "pdf", "html", "xlsx", "csv", "jsonl")


def _is_one_line(value: str) -> str:
    if any(ord(character) < ord(" ") for character in value):
        message = "must be one line without control characters"
        raise ValueError(message)
    return value.strip()


Line = Annotated[str, AfterValidator(_is_one_line)]


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
    sender: Line = Field(description="Address of the sender.")
    to: tuple[Line, ...] = Field(min_length=1, description="Addresses of those who get the report.")


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
    formats: tuple[Literal["docx", "pdf", "html", "xlsx", "csv", "jsonl"], ...] = Field(
        default=("docx", "html", "xlsx"), min_length=1, description="Formats that are written when none are named."
    )
    every_monday: bool = Field(
        default=True, description="Whether `kiemtin run` writes the report of the week before on Mondays at 07:00."
    )
    mail: MailSettings | None = Field(default=None, description="Sends reports by mail.")
    webhook: Line = Field(default="", description="Address to which reports are posted, https:// or on this machine.")
    folder: Path | None = Field(default=None, description="Folder into which reports are copied, as a network drive.")

    @model_validator(mode="after")
    def _webhook_is_safe(self) -> Self:
        local = ("http://127.0.0.1", "http://localhost", "http://[::1]")
        if self.webhook and not self.webhook.startswith(("https://", *local)):
            message = "`webhook` must begin with https:// (http:// only on this machine)"
            raise ValueError(message)
        return self

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
