"""From what a collector or a file gives to what the database stores: pseudonym, hash, and nothing else changed."""

import hashlib
import unicodedata
from datetime import datetime

from monitor.collectors.base import PublicPost
from monitor.pipeline.pseudonym import Pseudonymiser
from storage.posts import PostDraft

LONGEST_LANGUAGE = 20  # no language tag in use is longer; what is, is none


def post_draft(
    post: PublicPost, *, kind: str, pseudonymiser: Pseudonymiser, collected_at: datetime, capture_id: int | None
) -> PostDraft:
    """Make a row of a post. The text stays as published; only the author's name is replaced."""
    return PostDraft(
        external_id=post.external_id,
        text=post.text,
        content_hash=content_hash(post.title, post.text),
        collected_at=collected_at,
        url=post.url,
        author_key=pseudonymiser.key(kind, post.author),
        published_at=post.published_at,
        published_raw=post.published_raw,
        published_precision=post.published_precision,
        edited_at=post.edited_at,
        language=post.language if len(post.language or "") <= LONGEST_LANGUAGE else None,
        title=post.title,
        context=post.context,
        engagement=dict(post.engagement),
        capture_id=capture_id,
    )


def content_hash(title: str | None, text: str) -> str:
    """Hash what a post says, so that the same words in another Unicode form are not taken for an edit."""
    content = unicodedata.normalize("NFC", f"{title or ''}\0{text}")
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
