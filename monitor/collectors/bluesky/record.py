"""A post of the AT Protocol as its author wrote it: the record, which the AppView and the streams both carry."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.collectors.base import PublicPost, SourceView
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import abbreviates
from monitor.errors import UsageError

POST_COLLECTION = "app.bsky.feed.post"
ANY_LANGUAGE = "*"
DEFAULT_LANGUAGE = "vi"
_OPTED_OUT = "!no-unauthenticated"
_LINK = "app.bsky.richtext.facet#link"
_CARD = "app.bsky.embed.external"
_WITH_MEDIA = "app.bsky.embed.recordWithMedia"
_MOVING_PICTURES = frozenset({"media.tenor.com", "tenor.com", "media.giphy.com", "giphy.com"})
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,250}")
_KEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


def at_uri(did: str, key: str) -> str:
    """Give the identifier of a post, the same wherever it is read."""
    return f"at://{did}/{POST_COLLECTION}/{key}"


def is_post_of(uri: str, did: str) -> bool:
    """Say whether an identifier is that of a post of this account."""
    return uri.startswith(f"at://{did}/")


def parse_at_uri(uri: str) -> tuple[str, str] | None:
    """Take account and key out of a post's identifier; None when it is that of something else."""
    did, _, rest = uri.removeprefix("at://").partition("/")
    collection, _, key = rest.partition("/")
    fits = uri.startswith("at://") and collection == POST_COLLECTION and _DID.fullmatch(did) and _KEY.fullmatch(key)
    return (did, key) if fits else None


def languages_of(source: SourceView) -> frozenset[str]:
    """Read which languages a source keeps: the setting `languages`, a list or words with commas; `*` keeps all.

    Raises:
        UsageError: When it is not as described.

    """
    said = source.settings.get("languages", [DEFAULT_LANGUAGE])
    names = said.split(",") if isinstance(said, str) else said
    wrong = f'source {source.name}: `languages` must be a list like ["vi", "en"], or "*" for all'
    if not isinstance(names, list | tuple) or not names:
        raise UsageError(wrong)
    cleaned = {name.strip().lower() for name in names if isinstance(name, str)}
    if len(cleaned) < len(names) or not all(name == ANY_LANGUAGE or _LANGUAGE.fullmatch(name) for name in cleaned):
        raise UsageError(wrong)
    return frozenset(cleaned)


def tagged_languages(record: Mapping[str, Any]) -> tuple[str, ...]:
    """List the languages that the author's app named; often none, sometimes wrong ones."""
    langs = record.get("langs")
    return tuple(tag for tag in langs if isinstance(tag, str) and tag) if isinstance(langs, list) else ()


def speaks(langs: Sequence[str], wanted: frozenset[str]) -> bool:
    """Say whether one of a post's languages is wanted; `vi-VN` counts as `vi`."""
    return ANY_LANGUAGE in wanted or any(tag.partition("-")[0].lower() in wanted for tag in langs)


def is_opted_out(labels: Any) -> bool:
    """Say whether labels ask that people who are not signed in see nothing."""
    return isinstance(labels, list) and any(
        isinstance(label, dict) and label.get("val") == _OPTED_OUT for label in labels
    )


def read_record(
    record: Any,
    *,
    did: str,
    key: str,
    wanted: frozenset[str],
    witnessed: datetime | None = None,
    engagement: Mapping[str, int] | None = None,
    edited_at: datetime | None = None,
) -> PublicPost | str:
    """Read one record; what may not or cannot be kept gives the reason instead.

    Args:
        record: As it came.
        did: The account whose it is.
        key: Its key in that account.
        wanted: The languages of which the best is named as the post's; nothing is left out for its language here.
        witnessed: When the network saw it, UTC; the author's own date is a claim and never later than that.
        engagement: Counts that came beside it.
        edited_at: When it replaced an earlier record of that key.

    """
    if not isinstance(record, dict) or not isinstance(record.get("text"), str) or not _is_place(did, key):
        return "malformed"
    own = record.get("labels")
    if isinstance(own, dict) and is_opted_out(own.get("values")):
        return "author opted out"
    text = _with_card(spell_out_links(record["text"], record.get("facets")), record.get("embed"))
    if not text.strip():
        return "no text"
    raw = record.get("createdAt")
    claimed = parse_date(raw) if isinstance(raw, str) else None
    langs = tagged_languages(record)
    return PublicPost(
        external_id=at_uri(did, key),
        text=text,
        url=f"https://bsky.app/profile/{did}/post/{key}",
        author=did,
        published_at=min(claimed, witnessed) if claimed and witnessed else claimed or witnessed,
        published_raw=raw if isinstance(raw, str) and raw else None,
        edited_at=edited_at,
        language=next((tag for tag in langs if speaks([tag], wanted)), langs[0] if langs else None),
        engagement=engagement or {},
    )


def spell_out_links(text: str, facets: Any) -> str:
    """Put the full addresses of links where the text shows shortened ones, or behind the words that are linked.

    A facet counts bytes of UTF-8, not letters. One that lies outside the text, cuts a letter in two or overlaps an
    earlier one is left alone.
    """
    data = text.encode("utf-8", "surrogatepass")
    done, end = "", 0
    for start, stop, address in sorted(_links(facets)):
        if not end <= start < stop <= len(data):
            continue
        try:
            before, label = data[end:start].decode("utf-8", "surrogatepass"), data[start:stop].decode("utf-8")
        except UnicodeDecodeError:
            continue
        done += before + (address if abbreviates(label.strip(), address) else f"{label} ({address})")
        end = stop
    return done + data[end:].decode("utf-8", "surrogatepass")


def _links(facets: Any) -> list[tuple[int, int, str]]:
    found = []
    for facet in facets if isinstance(facets, list) else ():
        index = facet.get("index") if isinstance(facet, dict) else None
        features = facet.get("features") if isinstance(facet, dict) else None
        if not isinstance(index, dict) or not isinstance(features, list):
            continue
        start, stop = index.get("byteStart"), index.get("byteEnd")
        addresses = [_address(each.get("uri")) for each in features if _is_kind(each, _LINK)]
        if isinstance(start, int) and isinstance(stop, int) and addresses and addresses[0]:
            found.append((start, stop, addresses[0]))
    return found


def _with_card(text: str, embed: Any) -> str:
    """Add heading and address of the page that a post shows as a card, as far as the text does not say them already."""
    if _is_kind(embed, _WITH_MEDIA):
        embed = embed.get("media")
    card = embed.get("external") if _is_kind(embed, _CARD) else None
    if not isinstance(card, dict):
        return text
    address, title = _address(card.get("uri")), card.get("title")
    if not address or _host(address) in _MOVING_PICTURES:
        return text
    heading = " ".join(title.split()) if isinstance(title, str) else ""
    heading = "" if heading in text else heading
    link = "" if address in text else address
    added = f"{heading} ({link})" if heading and link else heading or link
    return "\n\n".join(part for part in (text, added) if part)


def _is_kind(value: Any, kind: str) -> bool:
    return isinstance(value, dict) and value.get("$type") == kind


def _is_place(did: str, key: str) -> bool:
    return bool(_DID.fullmatch(did) and _KEY.fullmatch(key))


def _address(value: Any) -> str | None:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
