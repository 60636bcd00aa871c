"""How the interfaces of Google refuse."""

from pydantic import AliasPath, Field, OnErrorOmit

from monitor.collectors.http.fetched import Fetched
from monitor.collectors.parsing.json_models import CamelModel, Identifier, Lenient, Text, read_json, read_row


class Reason(CamelModel):
    """Why something was refused."""

    reason: Identifier


class Refusal(CamelModel):
    """The body of a refusal. Of its two lists of reasons the newer one, `details`, is more exact."""

    status: Lenient[Text] = Field(None, validation_alias=AliasPath("error", "status"))
    details: Lenient[list[OnErrorOmit[Reason]]] = Field(None, validation_alias=AliasPath("error", "details"))
    errors: Lenient[list[OnErrorOmit[Reason]]] = Field(None, validation_alias=AliasPath("error", "errors"))


def refusal_of(fetched: Fetched) -> Refusal:
    """Read a refusal; an empty one where it says nothing."""
    return read_row(Refusal, read_json(fetched.body)) or Refusal()
