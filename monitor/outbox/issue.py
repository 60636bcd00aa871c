"""Issues reports: counts, draws every format, writes whole files and records it; withdraws and replaces reports."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from monitor.clock import Clock
from monitor.collectors.files.row_files import ROW_FORMATS
from monitor.errors import UsageError
from monitor.outbox.deliver import ReportDelivery
from monitor.outbox.webhook import Post
from monitor.reports.document import Document, Replaced, build_document
from monitor.reports.docx import render_docx, render_pdf
from monitor.reports.figures import SCHEMA_VERSION, ReportFigures, gather, recorded
from monitor.reports.html import masked_quotes, render_html, render_masks, render_notice
from monitor.reports.periods import CalendarPeriod, Unit, current_period
from monitor.reports.report_files import MASKS, WITHDRAWN, delete_all, file_name, write_all
from monitor.reports.rows import render_rows
from monitor.reports.wording import LANGUAGES, Language, load_language
from monitor.reports.xlsx import render_xlsx
from monitor.settings.reports import FORMATS
from monitor.settings.settings import Settings
from storage import audit
from storage.database import Database
from storage.figures import report_counts
from storage.outbox import deliveries, reports

ISSUED_AT: Final = timedelta(hours=7)  # of Monday, in Việt Nam


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which report is wanted.

    Args:
        period: Its period.
        formats: Some of FORMATS; none: those of the settings.
        language: One of LANGUAGES; none: that of the settings.
        number: The number that the office registered it under; None: left open.
        folder: Where its files are written; None: the folder of reports.
        changed: What is different from the report that it replaces; None: it replaces none.
        scheduled: Whether the program issues it by itself.
        user_id: Who replaces a report at the desk; None: a command does.

    """

    period: CalendarPeriod
    formats: Sequence[str] = ()
    language: str = ""
    number: int | None = None
    folder: Path | None = None
    changed: str | None = None
    scheduled: bool = False
    user_id: int | None = None


class ReportOffice:
    """Issues, withdraws and replaces reports.

    Args:
        database: The posts.
        settings: The form of the office's documents, where they are kept and where they are sent.
        clock: Tells the time.
        post: Sends a request to the webhook of the settings.

    """

    def __init__(self, database: Database, settings: Settings, clock: Clock, post: Post) -> None:
        self._database = database
        self._settings = settings.report
        self._folder = settings.reports_dir
        self._clock = clock
        self.delivery = ReportDelivery(database, settings, clock, post)

    def figures(self, period: CalendarPeriod) -> ReportFigures:
        """Count a period now."""
        with self._database.work() as session:
            return gather(session, period, now=self._clock.now(), province=self._settings.province)

    def issue(self, wish: Wish) -> list[Path]:
        """Write a report and record that it was issued.

        Returns:
            The files, in the order of the formats, and the list of masks.

        Raises:
            UsageError: When a format or the language is not known, or there is nothing to replace.
            ReportFailed: When a file cannot be written; then none is replaced and nothing is recorded.
            StorageError: When the database refuses.

        """
        formats = _known_formats(wish.formats or self._settings.formats)
        language = _known_language(wish.language or self._settings.language)
        figures = self.figures(wish.period)
        replaced = self._replaced(wish)
        document = build_document(figures, self._settings, language, number=wish.number, replaced=replaced)
        folder, name = wish.folder or self._folder, file_name(wish.period)
        contents = {f"{name}.{each}": _render(each, document, figures) for each in formats}
        contents[f"{name}{MASKS}"] = render_masks(document, masked_quotes(figures.quotes)).encode()
        write_all(folder, contents)
        self._record(wish, figures, list(contents))
        return [folder / each for each in contents]

    def _replaced(self, wish: Wish) -> Replaced | None:
        if wish.changed is None:
            return None
        if wish.folder is not None:
            message = "what replaces a report stands in the folder of reports, as that one did: leave out --out"
            raise UsageError(message)
        with self._database.work() as session:
            standing = reports.standing(session, str(wish.period))
            if not standing:
                message = f"there is no report of {wish.period} to replace: write it without --replace"
                raise UsageError(message)
            return Replaced(standing[0].created_at, wish.changed)

    def _record(self, wish: Wish, figures: ReportFigures, names: list[str]) -> None:
        now, changed = self._clock.now(), wish.changed or ""
        with self._database.work() as session:
            before = () if wish.changed is None else reports.standing(session, str(wish.period))
            report = reports.record_report(
                session,
                period=str(wish.period),
                schema_version=SCHEMA_VERSION,
                figures=recorded(figures),
                files=names,
                now=now,
                scheduled=wish.scheduled,
                replaces=before[0] if before else None,
                changed=changed,
            )
            if wish.scheduled or any(one.deliveries for one in before):
                deliveries.add(session, report, self._settings.places, now)
            for one in before:
                reports.withdraw(session, one, why=changed, now=now)
                detail = {"by": report.id, "changed": changed}
                subject, by = f"reports:{one.id}", wish.user_id
                audit.record(session, at=now, action="report.replaced", subject=subject, user_id=by, detail=detail)
            delete_all(self._folder, {name for one in before for name in one.files}.difference(names))
            session.commit()

    def withdraw(self, period: CalendarPeriod, why: str, user_id: int | None = None) -> Path:
        """Withdraw all reports of a period: a notice with the reason takes the place of their files.

        Args:
            period: The period.
            why: The reason.
            user_id: Who does it at the desk; None: a command does.

        Raises:
            UsageError: When there is none.
            ReportFailed: When the notice cannot be written, or a file cannot be deleted; then it can be done again.

        """
        now = self._clock.now()
        with self._database.work() as session:
            standing = reports.standing(session, str(period))
            if not standing:
                message = f"there is no report of {period} to withdraw"
                raise UsageError(message)
            language = _known_language(self._settings.language)
            notice = render_notice(language, period, made_at=standing[0].created_at, withdrawn_at=now, why=why)
            name = f"{file_name(period)}{WITHDRAWN}"
            write_all(self._folder, {name: notice.encode()})
            for report in standing:
                reports.withdraw(session, report, why=why, now=now)
                subject, detail = f"reports:{report.id}", {"why": why}
                audit.record(
                    session, at=now, action="report.withdrawn", subject=subject, user_id=user_id, detail=detail
                )
                delete_all(self._folder, report.files)
            session.commit()
        return self._folder / name

    def issue_scheduled(self) -> list[Path]:
        """Issue last week's report once Monday 07:00 has passed; nothing if it was issued, or the week has no posts."""
        period = due_week(self._clock)
        with self._database.work() as session:
            if reports.was_scheduled(session, str(period)) or not report_counts.posts_by_source(session, period.span):
                return []
        return self.issue(Wish(period=period, scheduled=True))


def due_week(clock: Clock) -> CalendarPeriod:
    """Return the last week whose report is due: at Monday 07:00 that of the week before."""
    return current_period(Unit.WEEK, clock.now() - ISSUED_AT).previous


def _known_formats(wanted: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(wanted))
    for name in found:
        if name not in FORMATS:
            message = f"there is no format {name!r}: choose from {', '.join(FORMATS)}"
            raise UsageError(message)
    return found


def _known_language(code: str) -> Language:
    if code not in LANGUAGES:
        message = f"there is no language {code!r}: choose from {', '.join(LANGUAGES)}"
        raise UsageError(message)
    return load_language(code)


def _render(name: str, document: Document, figures: ReportFigures) -> bytes:
    language = document.language
    writers: Mapping[str, Callable[[], bytes]] = {
        "docx": lambda: render_docx(document),
        "pdf": lambda: render_pdf(render_docx(document)),
        "html": lambda: render_html(document).encode(),
        "xlsx": lambda: render_xlsx(figures, language),
        **{each: partial(render_rows, each, figures, language) for each in ROW_FORMATS},
    }
    return writers[name]()
