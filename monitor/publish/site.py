"""The files of the public site: a page for each correction, the newest ones, the archive, the feed, the style sheet."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy.orm import Session

from monitor.clock import VIETNAM
from monitor.errors import UsageError
from monitor.publish.claim_review import VERDICTS, as_json_ld, claim_review
from monitor.publish.folder import write_site
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Correction
from storage.review import corrections
from storage.review.corrections import RELEASED, WITHDRAWN, Released

NEWEST: Final = 20
FEED: Final = "feed.atom"
ARCHIVE: Final = "luu-tru.html"
STYLE: Final = "site.css"
MOST_ENTRIES: Final = 50  # of the feed
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
TITLE: Final = "Đính chính thông tin sai sự thật"


def publish(database: Database, settings: Settings, now: datetime, folder: Path | None = None) -> tuple[int, bool]:
    """Write all released corrections as static files, all of them or none, and note that they are published.

    Where the settings name a folder, what is written elsewhere are copies, and not published.

    Args:
        database: The corrections.
        settings: Address and name of the site, and where its files go if no folder is given.
        now: The present time, UTC.
        folder: Where the files go.

    Returns:
        How many corrections the site holds, and whether anything changed.

    Raises:
        UsageError: When address, name or folder is missing, or the folder holds something else.
        PublishFailed: When it cannot be written.

    """
    name = settings.report.organisation
    target = folder or settings.publish.folder
    if not settings.publish.url or not name:
        message = "corrections need `url` in the [publish] table of kiemtin.toml, and `organisation` in [report]"
        raise UsageError(message)
    if target is None:
        raise UsageError("say where the files go: --to FOLDER, or `folder` in the [publish] table")
    with database.work() as session:
        found = corrections.ever_released(session)
    changed = write_site(target, render_site(found, f"{settings.publish.url}/", name))
    if settings.publish.folder in (None, target):
        with database.changes() as session:
            corrections.note_published(session, {each.row.id: each.row.state for each in found}, now)
    return len(found), changed


def is_online(settings: Settings, row: Correction) -> bool:
    """Tell whether the folder that is served shows a correction as it now is: by what was noted, and by the file."""
    folder = settings.publish.folder
    return row.published_state == row.state and (folder is None or (folder / _page_name(row)).is_file())


def count_offline(session: Session, settings: Settings) -> int:
    """Count the corrections that were released at some time, and that the served folder does not show as they are."""
    return sum(not is_online(settings, row) for row in corrections.rows_ever_released(session))


def render_site(found: Sequence[Released], site: str, publisher: str) -> dict[str, bytes]:
    """Return the files by name; the same corrections give the same bytes.

    Args:
        found: All corrections that were ever released, newest first.
        site: The address of the first page, with the slash at its end.
        publisher: Who publishes them.

    """
    environment = Environment(
        loader=PackageLoader("monitor.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": _day, "instant": _instant, "paragraphs": _paragraphs}
    environment.globals |= {"site": site, "publisher": publisher, "title": TITLE, "headline": headline, "feed": FEED}
    environment.globals |= {
        "archive": ARCHIVE,
        "style": STYLE,
        "verdicts": VERDICTS,
        "released": RELEASED,
        "page_of": page_of,
    }
    by_number = {each.row.id: each for each in found}

    def render(template: str, **values: object) -> bytes:
        return environment.get_template(template).render(values).encode()

    months = [(month, list(rows)) for month, rows in groupby(found, key=lambda each: f"{_local(each):%m/%Y}")]
    changed = max((each.row.changed_at for each in found), default=_NEVER)
    files = {
        "index.html": render("index.html", here="", newest=[e for e in found if e.row.state == RELEASED][:NEWEST]),
        ARCHIVE: render("archive.html", here=ARCHIVE, months=months),
        STYLE: render(STYLE),
        FEED: render(FEED, corrections=found[:MOST_ENTRIES], changed=changed),
    }
    for each in found:
        files[page_of(each)] = render("correction.html", here=page_of(each), **_page(each, by_number, site, publisher))
    return files


def page_of(correction: Released) -> str:
    """Return the name of a correction's page, which stays the same."""
    return _page_name(correction.row)


def _page_name(row: Correction) -> str:
    return f"dinh-chinh-{row.id}.html"


def _page(each: Released, by_number: Mapping[int, Released], site: str, publisher: str) -> dict[str, object]:
    json_ld = ""
    if each.row.state == RELEASED:
        data = claim_review(each, page=f"{site}{page_of(each)}", site=site, publisher=publisher)
        json_ld = Markup(as_json_ld(data))  # noqa: S704  JSON in which every `<` is escaped
    return {
        "each": each,
        "before": by_number.get(each.row.replaces_id) if each.row.replaces_id else None,
        "after": by_number.get(each.replaced_by) if each.replaced_by else None,
        "json_ld": json_ld,
    }


def _local(each: Released) -> datetime:
    return each.released_at.astimezone(VIETNAM)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y}"


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def headline(each: Released) -> str:
    """Return the verdict of a correction in force, or what became of another one."""
    if each.row.state == RELEASED:
        return VERDICTS[each.content.verdict]
    return "Đính chính đã thu hồi" if each.row.state == WITHDRAWN else "Đính chính đã được thay thế"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
