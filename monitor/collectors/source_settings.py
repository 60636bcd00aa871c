"""Settings of a source that several kinds understand."""

from monitor.collectors.base import SourceView
from monitor.errors import UsageError


def number_setting(source: SourceView, name: str, default: int, most: int) -> int:
    """Read a setting that is a whole number from 1 to `most`.

    Raises:
        UsageError: When it is not.

    """
    number = source.settings.get(name, default)
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
        raise UsageError(f"source {source.name}: `{name}` must be a number from 1 to {most}")
    return number
