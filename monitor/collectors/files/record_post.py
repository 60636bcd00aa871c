"""One record becomes one post, or the reason why it cannot be one."""

from collections.abc import Callable, Mapping

from monitor.collectors.base import PostPicture, PublicPost, is_whole
from monitor.collectors.files.base import (
    DATE_ORDER,
    HALF_CHARACTER,
    MANGLED_ID,
    NO_ID,
    NO_TEXT,
    NUL_BYTES,
    Refusal,
    Value,
)
from monitor.collectors.files.file_dates import DateReader
from monitor.collectors.files.mapping import COUNT_FIELDS
from monitor.collectors.files.values import (
    as_text,
    is_mangled_id,
    language_tag,
    optional_text,
    parse_count,
    web_address,
)
from monitor.collectors.parsing.day_order import DateOrderContradicted

_VIETNAMESE_DATES = DateReader()


def to_post(
    said: Mapping[str, Value],
    line: int,
    excerpt: str,
    *,
    identify: Callable[[], str] | None = None,
    read_date: DateReader = _VIETNAMESE_DATES,
) -> PublicPost | Refusal:
    """Turn what a record says into a post, or say why it cannot be one.

    Args:
        said: Its values by field of a post; `edited` is when the post was edited.
        line: Where the record begins.
        excerpt: How it begins.
        identify: Makes an identifier where the record has none; None: such a record is refused.
        read_date: Reads the date as this format writes it.

    """
    text = as_text(said.get("text"))
    identifier = optional_text(said.get("external_id"))
    if not identifier and identify is None:
        return Refusal(line, NO_ID, excerpt)
    picture = web_address(said.get("picture"))
    described = PostPicture(picture or "", as_text(said.get("picture_description")))
    if not text.strip() and not picture:
        return Refusal(line, NO_TEXT, excerpt)
    if identifier and is_mangled_id(identifier):
        return Refusal(line, MANGLED_ID, excerpt)
    try:
        dated, edited = read_date(said.get("published")), read_date(said.get("edited"))
    except DateOrderContradicted:
        return Refusal(line, DATE_ORDER, excerpt)
    counts = {field: parse_count(said.get(field)) for field in COUNT_FIELDS}
    post = PublicPost(
        external_id=identifier or (identify() if identify else ""),
        text=text,
        url=web_address(said.get("url")),
        author=optional_text(said.get("author")),
        title=optional_text(said.get("title")),
        context=optional_text(said.get("context")),
        **dated.of_post,
        edited_at=edited.moment,
        language=language_tag(said.get("language")),
        engagement={field: count for field, count in counts.items() if count is not None},
        pictures=[described] if described.address or described.description else (),
    )
    # JSON can write NUL and half a character pair as escapes.
    words = f"{post.all_words}\n{post.author or ''}"
    if "\0" in words:
        return Refusal(line, NUL_BYTES, excerpt)
    return post if is_whole(words) else Refusal(line, HALF_CHARACTER, excerpt)
