"""A collector for the notices of a commune's bulletin board, published as one JSON file.

The file is a list, newest first: `[{"id": 7, "title": "…", "body": "…", "published": "2026-11-20T08:00:00+07:00"}, …]`.
"""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from monitor.collectors.base import Batch, PublicPost, SourceView
from monitor.collectors.http.client import PoliteClient
from monitor.collectors.http.fetched import Fetched
from monitor.errors import PayloadInvalid


class Notice(BaseModel):
    """One notice as it stands in the file."""

    id: Annotated[int, Field(gt=0)]
    title: str
    body: str
    published: AwareDatetime


NOTICES = TypeAdapter(list[object])


class BulletinCollector:
    """Reads the file and yields the notices with a higher number than the last one stored."""

    kind = "bulletin"

    async def collect(self, source: SourceView, client: PoliteClient) -> AsyncIterator[Batch]:
        """Read the file once.

        Raises:
            PayloadInvalid: The file is not a JSON list.
            CollectError: Another of its subclasses: the file cannot be fetched.

        """
        fetched = await client.get(source.address)
        rows = await client.parse(read_rows, fetched)
        known = int(source.cursor.get("newest", 0))
        skipped: Counter[str] = Counter()
        posts = []
        newest = known
        for row in rows:
            try:
                notice = Notice.model_validate(row)
            except ValidationError:
                skipped["malformed"] += 1  # one bad row must not stop the others
                continue
            if notice.id > known:
                posts.append(post_from_notice(notice, source.address))
                newest = max(newest, notice.id)
        # Oldest first, so that an interrupted run leaves no notice out.
        yield Batch(fetched=fetched, posts=posts[::-1], skipped=skipped, cursor={"newest": newest})


def read_rows(fetched: Fetched) -> list[object]:
    """Read the list, in the process that parses.

    Raises:
        PayloadInvalid: The file is not a JSON list.

    """
    try:
        return NOTICES.validate_json(fetched.body)
    except ValidationError as error:
        raise PayloadInvalid(f"{fetched.url} is not a JSON list of notices: check the address") from error


def post_from_notice(notice: Notice, address: str) -> PublicPost:
    """Turn a notice into a public post. The board names no author, so none is given."""
    return PublicPost(
        external_id=str(notice.id),
        text=notice.body,
        title=notice.title,
        url=f"{address}#{notice.id}",
        published_at=notice.published,
    )
