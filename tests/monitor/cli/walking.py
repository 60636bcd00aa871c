"""All commands of `kiemtin`, found by walking their groups."""

from collections.abc import Iterator
from typing import Any

from monitor.cli.commands import LazyCommand


def command_names(command: Any, name: str = "") -> Iterator[str]:
    """Give the full name of every command below one; a group that does something itself is one of them."""
    found = command.load() if isinstance(command, LazyCommand) else command
    inner = getattr(found, "commands", {})
    if not inner or getattr(found, "invoke_without_command", False):
        yield name
    for each, below in inner.items():
        yield from command_names(below, f"{name} {each}".strip())
