"""The settings of what the office publishes: the form of its reports, and where corrections go."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FORMATS = ("docx", "pdf", "html", "xlsx", "csv", "jsonl", "parquet")


# Control characters, and what no XML may hold: these texts leave in feeds and documents.
_NOT_IN_A_LINE = re.compile(r"[\0-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _is_one_line(value: str) -> str:
    if _NOT_IN_A_LINE.search(value):
        raise ValueError("must be one line without control characters")
    return value.strip()


Line = Annotated[str, AfterValidator(_is_one_line)]


class ReportSettings(BaseModel):
    """The `[report]` table."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    parent: Line = Field(default="", description="Name of the body above the organisation, as the letterhead shows it.")
    organisation: Line = Field(default="", description="Name of the organisation that issues the report.")
    symbol: Line = Field(default="BC", description="What stands behind the number, as `BC-LĐLĐ`.")
    place: Line = Field(default="", description="Name of the place that stands before the date.")
    addressed_to: tuple[Line, ...] = Field(default=(), description="Whom the report is addressed to (Kính gửi).")
    copies_to: tuple[Line, ...] = Field(
        default=("Lưu: VT",),
        min_length=1,
        description="Who gets a copy (Nơi nhận); the last line says where it is filed.",
    )
    signature: tuple[Line, ...] = Field(
        default=(),
        description="The lines under which it is signed, as `TM. BAN THƯỜNG VỤ`, `CHỦ TỊCH`; the last is the name.",
    )
    language: Literal["vi", "en"] = Field(default="vi", description="Language of reports.")
    formats: tuple[Literal["docx", "pdf", "html", "xlsx", "csv", "jsonl", "parquet"], ...] = Field(
        default=("docx", "html", "xlsx"), min_length=1, description="Formats that are written when none are named."
    )
    every_monday: bool = Field(
        default=True, description="Whether `kiemtin run` writes the report of the week before on Mondays at 07:00."
    )


def _is_folder_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("must be an address as https://example.vn/dinh-chinh")
    return value.rstrip("/")


class PublishSettings(BaseModel):
    """The `[publish]` table."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[Line, AfterValidator(_is_folder_address)] = Field(
        default="",
        description="Address under which the folder of corrections is served, as https://ldld.example.vn/tin.",
    )
    folder: Path | None = Field(
        default=None, description="Where `kiemtin run` writes released corrections, within five minutes; else nowhere."
    )
