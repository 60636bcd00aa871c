"""The settings of published corrections: where the office publishes them."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitor.settings.reports import Line


def _is_folder_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        message = "must be an address as https://example.vn/dinh-chinh"
        raise ValueError(message)
    return value.rstrip("/")


class PublishSettings(BaseModel):
    """The `[publish]` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[Line, AfterValidator(_is_folder_address)] = Field(
        default="",
        description="Address under which the folder of corrections is served, as https://ldld.example.vn/tin.",
    )
    folder: Path | None = Field(
        default=None, description="Where `kiemtin run` writes released corrections, within five minutes; else nowhere."
    )
