"""The key or token with which a source is read."""

import re

from monitor.collectors.base import SourceView
from monitor.errors import UsageError


def secret_of(source: SourceView, shape: re.Pattern[str], *, wanted: str, how: str) -> str:
    """Return a source's key or token.

    Args:
        source: The source.
        shape: What keys or tokens of its platform look like.
        wanted: With what it is read, as people say it.
        how: How to set it.

    Raises:
        UsageError: When there is none, or what stands there cannot be one.

    """
    secret = (source.secret or "").strip()
    if not secret:
        raise UsageError(f"source {source.name}: it is read with {wanted}: {how}")
    if not shape.fullmatch(secret):
        raise UsageError(f"source {source.name}: what is set has signs that {wanted} never has: {how}")
    return secret
