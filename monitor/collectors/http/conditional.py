"""Validators of conditional requests: with them a server can say in a few bytes that nothing changed."""

from collections.abc import Mapping

from monitor.collectors.http.client import Fetched


def conditional_headers(stored: Mapping[str, str]) -> dict[str, str]:
    """Give the headers that ask for an answer only if it changed since these validators were given."""
    headers = {"if-none-match": stored.get("etag"), "if-modified-since": stored.get("last_modified")}
    return {name: value for name, value in headers.items() if value and value.isascii()}


def validators_of(address: str, fetched: Fetched) -> dict[str, dict[str, str]]:
    """Keep what the server said verbatim, and only for the very address that said it."""
    if fetched.final_url != fetched.url:
        return {}
    said = {"etag": fetched.headers.get("etag"), "last_modified": fetched.headers.get("last-modified")}
    kept = {name: value for name, value in said.items() if value}
    return {address: kept} if kept else {}
