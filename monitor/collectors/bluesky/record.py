"""A post of the AT Protocol as its author wrote it: the record, which the AppView and the streams both carry."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AliasPath, Field, OnErrorOmit

from monitor.collectors.base import PostPicture, PublicPost, SourceView
from monitor.collectors.http.urls import host_of
from monitor.collectors.parsing.dates import parse_date
from monitor.collectors.parsing.html_text import abbreviates
from monitor.collectors.parsing.json_models import CamelModel, Lenient, Text
from monitor.errors import UsageError

POST_COLLECTION = "app.bsky.feed.post"
ANY_LANGUAGE = "*"
DEFAULT_LANGUAGE = "vi"
_OPTED_OUT = "!no-unauthenticated"
_LINK = "app.bsky.richtext.facet#link"
_CARD = "app.bsky.embed.external"
_PICTURES = "https://cdn.bsky.app/img/feed_fullsize/plain"
_WITH_MEDIA = "app.bsky.embed.recordWithMedia"
_MOVING_PICTURES = frozenset({"media.tenor.com", "tenor.com", "media.giphy.com", "giphy.com"})
_DID = r"did:[a-z]+:[A-Za-z0-9._:%-]{1,250}"
_KEY = r"[A-Za-z0-9._:~-]{1,512}"
_POST_URI = re.compile(rf"at://({_DID})/{re.escape(POST_COLLECTION)}/({_KEY})")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")

Did = Annotated[str, Field(pattern=rf"^{_DID}$")]
RecordKey = Annotated[str, Field(pattern=rf"^{_KEY}$")]


class ByteSlice(CamelModel):
    """A stretch of a text, in bytes of UTF-8."""

    byte_start: int
    byte_end: int


class Feature(CamelModel):
    """What a facet is: a link, a mention, a hashtag."""

    type: Text = Field(alias="$type")
    uri: Text | None = None


class Facet(CamelModel):
    """A stretch of the text that is a link or something else."""

    index: ByteSlice
    features: list[OnErrorOmit[Feature]]

    @property
    def address(self) -> str | None:
        """The web address of a link; None for anything else."""
        return next((_web_address(feature.uri) for feature in self.features if feature.type == _LINK), None)


class External(CamelModel):
    """A web page that is shown as a card."""

    uri: Text
    title: Lenient[Text] = None


class Image(CamelModel):
    """A picture: the identifier of its bytes, and what the author wrote of it."""

    link: Annotated[str, Field(pattern=r"^[a-z2-7]{20,100}$", validation_alias=AliasPath("image", "ref", "$link"))]
    alt: Lenient[Text] = None


class Media(CamelModel):
    """What is embedded beside a quoted post."""

    type: Text = Field(alias="$type")
    external: Lenient[External] = None
    images: Lenient[list[OnErrorOmit[Image]]] = None


class Embed(Media):
    """What is embedded in a post."""

    media: Lenient[Media] = None

    @property
    def shown(self) -> Media | None:
        """What is shown beside the text and a quoted post."""
        return self.media if self.type == _WITH_MEDIA else self

    @property
    def card(self) -> External | None:
        """The card of a web page, if there is one."""
        return self.shown.external if self.shown and self.shown.type == _CARD else None


class Label(CamelModel):
    """A label on an account, or on a post."""

    val: Text


Labels = list[OnErrorOmit[Label]]


class SelfLabels(CamelModel):
    """Labels that the author gave to a post."""

    values: Labels = Field(default_factory=list)


class Record(CamelModel):
    """A post; only what a reader sees is named. Parts that other programs wrote wrongly are left out."""

    text: Text
    langs: Lenient[list[OnErrorOmit[Text]]] = None
    created_at: Lenient[Text] = None
    facets: Lenient[list[OnErrorOmit[Facet]]] = None
    embed: Lenient[Embed] = None
    labels: SelfLabels | None = None

    @property
    def languages(self) -> Sequence[str]:
        """The languages that the author's app named; often none, sometimes wrong ones."""
        return [tag for tag in self.langs or () if tag]


def at_uri(did: str, key: str) -> str:
    """Give the identifier of a post, the same wherever it is read."""
    return f"at://{did}/{POST_COLLECTION}/{key}"


def parse_at_uri(uri: str) -> tuple[str, str] | None:
    """Take account and key out of a post's identifier; None when it is that of something else."""
    match = _POST_URI.fullmatch(uri)
    return (match[1], match[2]) if match else None


def languages_of(source: SourceView) -> frozenset[str]:
    """Read which languages a source keeps: the setting `languages`, a list or words with commas; `*` keeps all.

    Raises:
        UsageError: When it is not as described.

    """
    setting = source.settings.get("languages", [DEFAULT_LANGUAGE])
    names = setting.split(",") if isinstance(setting, str) else setting
    wrong = f'source {source.name}: `languages` must be a list like ["vi", "en"], or "*" for all'
    if not isinstance(names, list | tuple) or not names:
        raise UsageError(wrong)
    cleaned = {name.strip().lower() for name in names if isinstance(name, str)}
    if len(cleaned) < len(names) or not all(name == ANY_LANGUAGE or _LANGUAGE.fullmatch(name) for name in cleaned):
        raise UsageError(wrong)
    return frozenset(cleaned)


def speaks(langs: Sequence[str], wanted: frozenset[str]) -> bool:
    """Say whether one of a post's languages is wanted; `vi-VN` counts as `vi`."""
    return ANY_LANGUAGE in wanted or any(tag.partition("-")[0].lower() in wanted for tag in langs)


def is_opted_out(labels: Sequence[Label] | None) -> bool:
    """Say whether labels ask that people who are not signed in see nothing."""
    return any(label.val == _OPTED_OUT for label in labels or ())


def to_post(
    record: Record,
    *,
    did: str,
    key: str,
    wanted: frozenset[str],
    witnessed: datetime | None = None,
    engagement: Mapping[str, int] | None = None,
    edited_at: datetime | None = None,
) -> PublicPost | str:
    """Make a post of a record; for one that may not or cannot be kept, give the reason.

    Args:
        record: The record.
        did: The account whose it is.
        key: Its key in that account.
        wanted: The languages of which the best is named as the post's; nothing is left out for its language here.
        witnessed: When the network saw it, UTC; the author's own date is a claim and never later than that.
        engagement: Counts that came beside it.
        edited_at: When it replaced an earlier record of that key.

    """
    if record.labels and is_opted_out(record.labels.values):
        return "author opted out"
    text = _with_card(spell_out_links(record.text, record.facets or ()), record.embed)
    media = record.embed.shown if record.embed else None
    pictures = [
        PostPicture(f"{_PICTURES}/{did}/{image.link}@jpeg", image.alt or "")
        for image in (media.images if media else None) or ()
    ]
    if not text.strip() and not pictures:
        return "no text"
    claimed = parse_date(record.created_at or "", default_zone=UTC)
    langs = record.languages
    return PublicPost(
        external_id=at_uri(did, key),
        text=text,
        url=f"https://bsky.app/profile/{did}/post/{key}",
        author=did,
        published_at=min(claimed, witnessed) if claimed and witnessed else claimed or witnessed,
        published_raw=record.created_at or None,
        edited_at=edited_at,
        language=next((tag for tag in langs if speaks([tag], wanted)), langs[0] if langs else None),
        engagement=engagement or {},
        pictures=pictures,
    )


def spell_out_links(text: str, facets: Sequence[Facet]) -> str:
    """Put the full addresses of links where the text shows shortened ones, or behind the words that are linked.

    A facet counts bytes of UTF-8, not letters. One that lies outside the text, cuts a letter in two or overlaps an
    earlier one is left alone.
    """
    data = text.encode()
    addresses = [(facet.index.byte_start, facet.index.byte_end, facet.address or "") for facet in facets]
    spelt, end = "", 0
    for start, stop, address in sorted(link for link in addresses if link[2]):
        if not end <= start < stop <= len(data):
            continue
        try:
            before, label = data[end:start].decode(), data[start:stop].decode()
        except UnicodeDecodeError:
            continue
        spelt += before + (address if abbreviates(label.strip(), address) else f"{label} ({address})")
        end = stop
    return spelt + data[end:].decode()


def _with_card(text: str, embed: Embed | None) -> str:
    """Add heading and address of the page that a post shows as a card, as far as the text does not say them already."""
    card = embed.card if embed else None
    address = _web_address(card.uri) if card else None
    if card is None or not address or host_of(address) in _MOVING_PICTURES:
        return text
    heading = " ".join((card.title or "").split())
    heading = "" if heading in text else heading
    link = "" if address in text else address
    added = f"{heading} ({link})" if heading and link else heading or link
    return "\n\n".join(part for part in (text, added) if part)


def _web_address(value: str | None) -> str | None:
    return value if value and value.startswith(("https://", "http://")) else None
