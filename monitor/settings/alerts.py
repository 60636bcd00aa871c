"""The settings of alerts: where they are sent, and in which hours they wait."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_HOURS: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def _are_hours(value: str) -> str:
    if value and not _HOURS.fullmatch(value):
        message = "must be as 22:00-06:00, or empty"
        raise ValueError(message)
    return value


class AlertChannel(BaseModel):
    """One `[[alerts.channels]]` table; its secret stands under its name in the [secrets] table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$",
        description="Its name. The secret of this name is the Apprise address, or signs the webhook.",
    )
    webhook: str = Field(
        default="",
        pattern=r"^(https?://.{1,1990})?$",
        description="Address of a webhook of your own, signed. Empty: it is sent through Apprise.",
    )


class AlertSettings(BaseModel):
    """The `[alerts]` table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quiet_hours: Annotated[str, AfterValidator(_are_hours)] = Field(
        default="22:00-06:00", description="Hours in Viet Nam in which nothing is sent; empty: none."
    )
    channels: tuple[AlertChannel, ...] = Field(
        default=(), description="Where alerts are sent beside the desk, as [[alerts.channels]] tables."
    )
