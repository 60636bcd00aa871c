"""Convert a collected or imported post to a row: the author becomes a pseudonym, a content hash is added."""

import hashlib
import unicodedata
from datetime import datetime

from monitor.collectors.base import MOST_PICTURES, PublicPost
from monitor.privacy.erased_mentions import ErasedMentions
from monitor.privacy.pseudonym import Pseudonymiser
from storage.base import writable
from storage.posts.posts import PostDraft

LONGEST_LANGUAGE = 20  # no language tag in use is longer; a longer value is not a language


def post_draft(
    post: PublicPost,
    *,
    kind: str,
    pseudonymiser: Pseudonymiser,
    mentions: ErasedMentions,
    collected_at: datetime,
    capture_id: int | None,
    read_at: str | None = None,
) -> PostDraft:
    """Make the row of a post.

    The text stays as published, with what the author wrote of pictures, but for characters that no document may hold;
    the author is replaced by a pseudonym, and names of erased authors in it are masked.
    The hash is that of the text as published, so that masking never looks like an edit. A post that names no author and
    lies below the profile of an erased one is that author's.
    """

    def masked(text: str | None) -> str | None:
        return writable(mentions.mask(text, kind, post.url, read_at)) if text else text

    text = post.text_with_descriptions
    return PostDraft(
        external_id=post.external_id,
        text=masked(text) or "",
        content_hash=content_hash(post.title, text),
        collected_at=collected_at,
        url=post.url,
        author_key=pseudonymiser.key(kind, post.author) or mentions.author_at(post.url),
        author_aliases=pseudonymiser.aliases(kind, post.author),
        published_at=post.published_at,
        published_raw=post.published_raw,
        published_precision=post.published_precision,
        edited_at=post.edited_at,
        language=post.language if len(post.language or "") <= LONGEST_LANGUAGE else None,
        title=masked(post.title),
        context=masked(post.context),
        engagement=dict(post.engagement),
        capture_id=capture_id,
        pictures=[(address, masked(description) or "") for address, description in _pictures(post).items()],
    )


def _pictures(post: PublicPost) -> dict[str, str]:
    """Return the addresses of a post's pictures, each once, with the first words that the author wrote of it."""
    # A page names one in the article and once more as its own, a feed once more as an enclosure.
    found: dict[str, str] = {}
    for picture in post.pictures[:MOST_PICTURES]:
        found[picture.address] = found.get(picture.address) or picture.description
    return found


def content_hash(title: str | None, text: str) -> str:
    """Hash title and text (SHA-256 of their NFC form)."""
    # Platforms switch between Unicode forms; that must not look like an edit.
    content = unicodedata.normalize("NFC", f"{title or ''}\0{text}")
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
