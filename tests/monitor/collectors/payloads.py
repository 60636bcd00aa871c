"""Sound samples of what platforms and tools write, kept in `data/`, and one row of each platform to be changed."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from tests.monitor.collectors.youtube_samples import VIDEO

DID = "did:plc:an"
PAGE_ID = "100200300"
_DATA = Path(__file__).parent / "data"


def text(name: str) -> str:
    """Read a file of samples."""
    return (_DATA / name).read_text(encoding="utf-8")


def sample(name: str) -> Any:
    """Read a file of samples that is JSON."""
    return json.loads(text(name))


_ROWS = sample("rows.json")


def row(kind: str, number: int = 1, **changes: Any) -> dict[str, Any]:
    """Make the row of a number, which stands where the sample has `{n}`."""
    return _numbered(_ROWS[kind], number) | changes


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, dict):
        return {name: _numbered(each, number) for name, each in value.items()}
    if isinstance(value, list):
        return [_numbered(each, number) for each in value]
    return value.format(n=number) if isinstance(value, str) else value


mastodon_row = partial(row, "mastodon")
bluesky_record = partial(row, "bluesky_record")
facebook_row = partial(row, "facebook")
threads_row = partial(row, "threads")
video_row = partial(row, "video")
factcheck_page = partial(row, "factcheck")


def discourse_row(number: int, **changes: Any) -> dict[str, Any]:
    return row("discourse", number) | {"id": number} | changes


def bluesky_row(number: int, **changes: Any) -> dict[str, Any]:
    record = bluesky_record(number, facets=[], embed=None)
    return {"post": row("bluesky", number, record=record) | changes}


def bluesky_page(*rows: Any, cursor: Any = None) -> dict[str, Any]:
    return {"feed": list(rows), "cursor": cursor}


def youtube_comment(number: int, **changes: Any) -> dict[str, Any]:
    return {"kind": "youtube#comment", "id": f"Ugz{number}", "snippet": row("youtube_comment", number, **changes)}


def youtube_thread(number: int, **changes: Any) -> dict[str, Any]:
    snippet = row("youtube_thread", videoId=VIDEO, topLevelComment=youtube_comment(number))
    return {"id": f"Ugz{number}", "snippet": snippet | changes, "replies": {"comments": [youtube_comment(number * 10)]}}


def youtube_list(*rows: Any) -> dict[str, Any]:
    return {"items": list(rows), "nextPageToken": None}


def facebook_list(*rows: Any, following: Any = None) -> dict[str, Any]:
    return {"data": list(rows), "paging": {"cursors": {}, "next": following}}


def threads_list(*rows: Any, after: Any = None) -> dict[str, Any]:
    return {"data": list(rows), "paging": {"cursors": {"after": after}}}
