"""The ways out of the house: mail, a signed webhook, a folder, and the services of Apprise."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from monitor.errors import NotReady, ReportFailed, SendFailed
from monitor.outbox.report_files import write_all

HandOver = Callable[[], None]
SERVICES: Final = frozenset(
    ("tgram", "zalo", "viber", "line", "whatsapp", "discord", "slack", "gchat", "webex", "lark", "pover", "mailto")
)
"""The services of Apprise that are used: each has its own host, but for mail, so that none leads into the house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent.

    Args:
        key: Its idempotency key, the same over all attempts.
        kind: Report, alert, decision or test.
        made_at: When its subject was made, UTC.
        title: Its title for people.
        text: What people read.
        data: Numbers for programs.
        files: Contents by name.

    """

    key: str
    kind: str
    made_at: datetime
    title: str = ""
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


class Channel(Protocol):
    """Sends messages to one target."""

    async def send(self, message: Message, hand_over: HandOver) -> None:
        """Send a message; `hand_over` is called at the last moment at which nothing was given away yet.

        Raises:
            SendFailed: It was surely not taken; `SendRefused` when it never will be.
            NoAnswer: There was no answer.

        """
        ...


@dataclass(frozen=True, slots=True)
class FolderChannel:
    """Copies files into a folder, whole; a copy may be repeated at will."""

    folder: Path

    async def send(self, message: Message, hand_over: HandOver) -> None:  # noqa: ARG002  it is never given away
        """Write the files of a message."""
        try:
            await asyncio.to_thread(write_all, self.folder, message.files)
        except ReportFailed as error:
            raise SendFailed(str(error)) from error


class AppriseChannel:
    """Sends through one of Apprise's services.

    Args:
        name: The channel's name in the settings.
        address: An Apprise address, as `mailtos://…`, `tgram://…` or `zalo://…`; it holds secrets and is never shown.

    Raises:
        NotReady: When Apprise is not installed or does not know the address, or the service is none of SERVICES.

    """

    def __init__(self, name: str, address: str) -> None:
        try:
            from apprise import Apprise  # noqa: PLC0415  an extra, and it takes half a second
        except ImportError as error:
            raise NotReady("alerts are sent through Apprise: install the `alerts` extra") from error
        self._name = name
        self._service = Apprise()
        if not address or not self._service.add(address):
            raise NotReady(f"the secret {name} is no Apprise address: see docs/outbox.md for examples")
        # By what Apprise made of the address: several may stand in one, and a web address may stand for a service.
        for service in self._service:
            if SERVICES.isdisjoint(_schemes(service)):
                message = f"the secret {name} leads to another service than {', '.join(sorted(SERVICES))}"
                raise NotReady(f"{message}: use one of these, or a webhook")

    async def send(self, message: Message, hand_over: HandOver) -> None:
        """Send a message as plain text."""
        if not await asyncio.to_thread(self._notify, message, hand_over):
            raise SendFailed(f"the service of {self._name} did not take it: check its address and whether it answers")

    def _notify(self, message: Message, hand_over: HandOver) -> bool:
        hand_over()
        return bool(self._service.notify(message.text, message.title, body_format="text"))


def _schemes(service: Any) -> set[str]:
    """Return how addresses of a service of Apprise begin."""
    found: set[str] = set()
    for names in (service.protocol, service.secure_protocol):
        found.update((names,) if isinstance(names, str) else names or ())
    return found
