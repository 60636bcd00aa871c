"""The ways out of the house: mail, a signed webhook, a folder, and the services of Apprise."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from monitor.errors import NotReady, ReportFailed, SendFailed
from monitor.reports.report_files import write_all

HandOver = Callable[[], None]


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


class FolderChannel:
    """Copies files into a folder, whole; a copy may be repeated at will.

    Args:
        folder: Where to.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: Message, hand_over: HandOver) -> None:  # noqa: ARG002  it is never given away
        """Write the files of a message."""
        try:
            await asyncio.to_thread(write_all, self._folder, message.files)
        except ReportFailed as error:
            raise SendFailed(str(error)) from error


class AppriseChannel:
    """Sends through one of Apprise's services.

    Args:
        name: The channel's name in the settings.
        address: An Apprise address, as `mailtos://…`, `tgram://…` or `zalo://…`; it holds secrets and is never shown.

    Raises:
        NotReady: When Apprise is not installed, or does not know the address.

    """

    def __init__(self, name: str, address: str) -> None:
        try:
            from apprise import Apprise  # noqa: PLC0415  an extra, and it takes half a second
        except ImportError as error:
            raise NotReady("alerts are sent through Apprise: install the `alerts` extra") from error
        self._name = name
        self._service = Apprise()
        if not address or not self._service.add(address):
            message = f"the secret {name} is no Apprise address: see docs/outbox.md for examples"
            raise NotReady(message)

    async def send(self, message: Message, hand_over: HandOver) -> None:
        """Send a message as plain text."""
        if not await asyncio.to_thread(self._notify, message, hand_over):
            raise SendFailed(f"the service of {self._name} did not take it: check its address and whether it answers")

    def _notify(self, message: Message, hand_over: HandOver) -> bool:
        hand_over()
        return bool(self._service.notify(message.text, message.title, body_format="text"))
