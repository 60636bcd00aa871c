"""One record becomes one post, or the reason why it cannot be one."""

from collections.abc import Callable
from datetime import datetime

from monitor.collectors.base import PublicPost
from monitor.collectors.files.base import (
    HALF_CHARACTER,
    MANGLED_ID,
    NO_TEXT,
    NUL_BYTES,
    Record,
    Refusal,
    Value,
    is_storable,
)
from monitor.collectors.files.mapping import COUNT_FIELDS, ColumnMapping
from monitor.collectors.files.row_identity import RowIdentities
from monitor.collectors.files.values import (
    as_text,
    is_mangled_id,
    language_tag,
    optional_text,
    parse_count,
    published,
    web_address,
)

ReadDate = Callable[[Value], tuple[datetime | None, str | None]]


def to_post(
    record: Record, mapping: ColumnMapping, identities: RowIdentities, read_date: ReadDate = published
) -> PublicPost | Refusal:
    """Turn a record into a post, or say why it cannot be one.

    Args:
        record: What the file says.
        mapping: Which column feeds which field.
        identities: Makes an identifier where the record has none.
        read_date: Reads the date as this format writes it.

    """
    text = as_text(mapping.value(record, "text"))
    if not text.strip():
        return Refusal(record.line, NO_TEXT, record.excerpt)
    identifier = optional_text(mapping.value(record, "external_id"))
    if identifier and is_mangled_id(identifier):
        return Refusal(record.line, MANGLED_ID, record.excerpt)
    moment, raw_date = read_date(mapping.value(record, "published"))
    post = PublicPost(
        external_id=identifier or identities.of(record),
        text=text,
        url=web_address(mapping.value(record, "url")),
        author=optional_text(mapping.value(record, "author")),
        title=optional_text(mapping.value(record, "title")),
        context=optional_text(mapping.value(record, "context")),
        published_at=moment,
        published_raw=raw_date,
        language=language_tag(mapping.value(record, "language")),
        engagement=_engagement(record, mapping),
    )
    return unless_unstorable(post, record.line, record.excerpt)


def _engagement(record: Record, mapping: ColumnMapping) -> dict[str, int]:
    counts = {field: parse_count(mapping.value(record, field)) for field in COUNT_FIELDS}
    return {field: count for field, count in counts.items() if count is not None}


def unless_unstorable(post: PublicPost, line: int, excerpt: str) -> PublicPost | Refusal:
    """Refuse what no database takes: JSON can write NUL and half a character pair as escapes."""
    texts = (post.external_id, post.text, post.url, post.author, post.title, post.context, post.published_raw)
    joined = "\n".join(text for text in texts if text)
    if "\0" in joined:
        return Refusal(line, NUL_BYTES, excerpt)
    return post if is_storable(joined) else Refusal(line, HALF_CHARACTER, excerpt)
