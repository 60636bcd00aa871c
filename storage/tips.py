"""Posts that people report: which of them are known already."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.models import Post, Source


def is_known(session: Session, source_name: str, external_id: str, content_hashes: Sequence[str] = ()) -> bool:
    """Tell whether a source holds a post of this identifier, or one that says the same.

    Args:
        session: The unit of work.
        source_name: The source; it may not exist yet.
        external_id: The post's identifier within it.
        content_hashes: Hashes of what the post says; a post whose first or current version has one says the same.

    """
    same = or_(
        Post.external_id == external_id,
        Post.content_hash.in_(content_hashes),
        Post.original_hash.in_(content_hashes),
    )
    query = select(Post.id).join(Source).where(Source.name == source_name, same).limit(1)
    return session.scalar(query) is not None
