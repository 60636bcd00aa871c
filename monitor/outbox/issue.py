"""Issues reports: counts, draws every format, writes whole files and records it; withdraws and replaces reports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from monitor.clock import Clock
from monitor.collectors.files.row_files import ROW_FORMATS
from monitor.errors import PersonalReason, UsageError
from monitor.outbox.outbox import Outbox
from monitor.outbox.report_files import MASKS, WITHDRAWN, delete_all, file_name, write_all
from monitor.privacy.masks.mask import mask_personal
from monitor.reports.document import Document, Replaced, build_document
from monitor.reports.docx import find_office, render_docx, render_pdf
from monitor.reports.figures import SCHEMA_VERSION, ReportFigures, gather, recorded
from monitor.reports.html import render_html, render_masks, render_notice
from monitor.reports.paper import Part, paper
from monitor.reports.periods import CalendarPeriod, Unit, current_period
from monitor.reports.quotes import conceal
from monitor.reports.rows import render_rows
from monitor.reports.wording import LANGUAGES, Wording, load_wording
from monitor.reports.xlsx import render_xlsx
from monitor.settings.reports import FORMATS
from monitor.settings.settings import Settings
from storage import audit
from storage.database import Database, added
from storage.figures import report_counts
from storage.models import Report
from storage.outbox import alerts, deliveries, reports

ISSUED_AT: Final = timedelta(hours=7)  # of Monday, in Việt Nam
GRACE: Final = timedelta(hours=2)  # after which a report is late


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which report is wanted.

    Args:
        period: Its period.
        formats: Some of FORMATS; none: those of the settings.
        language: One of LANGUAGES; none: that of the settings.
        number: The number that the office registered it under; None: left open.
        folder: Where its files are written; None: the folder of reports.
        changed: What is different from the report that it replaces; empty: nobody got that one; None: it replaces none.
        scheduled: Whether the program issues it by itself.
        user_id: Who replaces or releases a report at the desk; None: a command does.
        send: Whether it is sent to the channels of the settings.

    """

    period: CalendarPeriod
    formats: Sequence[str] = ()
    language: str = ""
    number: int | None = None
    folder: Path | None = None
    changed: str | None = None
    scheduled: bool = False
    user_id: int | None = None
    send: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The paper of a period as it would be issued now.

    Args:
        period: The period.
        parts: Its parts, with what people wrote.
        instead: What the figures say in the place of what people wrote, by key.
        stale: Keys of which the figures say something else since a person wrote.
        edited_by: Who edited it last; None: nobody did.

    """

    period: CalendarPeriod
    parts: tuple[Part, ...]
    instead: Mapping[str, str]
    stale: frozenset[str]
    edited_by: int | None


class ReportOffice:
    """Issues, withdraws and replaces reports.

    Args:
        database: The posts.
        settings: The form of the office's documents, where they are kept and where they are sent.
        clock: Tells the time.

    """

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings.report
        self._site = settings.publish.url
        self._folder = settings.reports_dir
        self._clock = clock
        self._outbox = Outbox(database, settings, clock)

    def figures(self, period: CalendarPeriod) -> ReportFigures:
        """Count a period now."""
        with self._database.work() as session:
            return gather(session, period, now=self._clock.now(), site=self._site)

    def issue(self, wish: Wish) -> list[Path]:
        """Write a report and record that it was issued; what is written elsewhere is a copy, and nothing is recorded.

        Returns:
            The files, in the order of the formats, and the list of masks.

        Raises:
            UsageError: When a format or the language is not known, there is nothing to replace, or what changed names
                a person.
            ReportFailed: When a file cannot be written; then none is replaced and nothing is recorded.
            StorageError: When the database refuses.

        """
        formats = [_known("format", each, FORMATS) for each in dict.fromkeys(wish.formats or self._settings.formats)]
        words = load_wording(_known("language", wish.language or self._settings.language, LANGUAGES))
        figures = self.figures(wish.period)
        replaced = self._replaced(wish)
        edits = self._edits(wish.period, words.code)
        document = build_document(figures, self._settings, words, number=wish.number, replaced=replaced, edits=edits)
        folder, name = wish.folder or self._folder, file_name(wish.period)
        contents = {f"{name}.{each}": _render(each, document, figures, edits) for each in formats}
        contents[f"{name}{MASKS}"] = render_masks(document, figures).encode()
        write_all(folder, contents)
        if folder.absolute() == self._folder.absolute():  # else the desk would lead to other files of these names
            self._record(wish, figures, list(contents))
        return [folder / each for each in contents]

    def _edits(self, period: CalendarPeriod, language: str) -> dict[str, str]:
        with self._database.work() as session:
            draft = reports.draft_of(session, str(period), language)
            return {key: str(edit["text"]) for key, edit in draft.edits.items()} if draft else {}

    def draft(self, period: CalendarPeriod) -> Draft:
        """Return the paper of a period, counted now, with what people wrote."""
        figures, words = self.figures(period), load_wording(self._settings.language)
        with self._database.work() as session:
            row = reports.draft_of(session, str(period), self._settings.language)
            edits = dict(row.edits) if row else {}
            edited_by = row.edited_by if row else None
        counted = _sentences(figures, words)
        return Draft(
            period=period,
            parts=paper(figures, words, {key: str(edit["text"]) for key, edit in edits.items()}),
            instead={key: counted[key] for key in edits if key in counted},
            stale=frozenset(key for key, edit in edits.items() if key in counted and edit["instead"] != counted[key]),
            edited_by=edited_by,
        )

    def preview(self, period: CalendarPeriod) -> tuple[bytes, str]:
        """Return the report as it would print, and its format: `pdf` where LibreOffice is installed, else `docx`."""
        words = load_wording(self._settings.language)
        edits = self._edits(period, words.code)
        docx = render_docx(build_document(self.figures(period), self._settings, words, edits=edits))
        return (render_pdf(docx), "pdf") if find_office() else (docx, "docx")

    def edit(self, period: CalendarPeriod, key: str, text: str | None, user_id: int) -> None:
        """Put a text in the place of a sentence, personal data masked; None takes it back.

        Raises:
            UsageError: When the paper has no such sentence.

        """
        language = self._settings.language
        counted = _sentences(self.figures(period), load_wording(language))
        if key not in counted:
            raise UsageError(f"the paper of {period} has no sentence {key!r}: read it anew")
        written = None if text is None else conceal(" ".join(text.split()))
        with self._database.changes() as session:
            now = self._clock.now()
            reports.edit(session, str(period), language, key, written, instead=counted[key], user_id=user_id, now=now)
            detail = {"sentence": key, "taken_back": text is None}
            audit.record(
                session, at=now, action="report.edited", subject=f"reports:{period}", user_id=user_id, detail=detail
            )

    def release(self, period: CalendarPeriod, user_id: int, changed: str, number: int | None = None) -> list[Path]:
        """Issue a report that somebody else edited last, and send it; one that stands is replaced.

        Args:
            period: The period.
            user_id: Who releases it.
            changed: What is different from a report that stands; not said of one that was sent nowhere.
            number: The number that the office registered it under; None: left open.

        Raises:
            UsageError: When that person edited it last.
            ReportFailed: When a file cannot be written.

        """
        with self._database.work() as session:
            draft = reports.draft_of(session, str(period), self._settings.language)
            if draft and draft.edited_by == user_id:
                raise UsageError("whoever edited a report last does not release it: ask a second person")
            standing = reports.standing(session, str(period))
            sent = deliveries.of_reports(session, [one.id for one in standing])
        if not sent and all(one.scheduled_for for one in standing):
            changed = ""
        told = changed if standing else None
        return self.issue(Wish(period=period, number=number, changed=told, user_id=user_id, send=True))

    def _replaced(self, wish: Wish) -> Replaced | None:
        if not wish.changed:
            return None
        _impersonal(wish.changed)
        if wish.folder is not None:
            raise UsageError("what replaces a report stands in the folder of reports, as that one did: leave out --out")
        with self._database.work() as session:
            standing = reports.standing(session, str(wish.period))
            if not standing:
                raise UsageError(f"there is no report of {wish.period} to replace: write it without --replace")
            return Replaced(standing[0].created_at, wish.changed)

    def _record(self, wish: Wish, figures: ReportFigures, names: list[str]) -> None:
        now, changed = self._clock.now(), wish.changed or ""
        with self._database.changes() as session:
            before = () if wish.changed is None else reports.standing(session, str(wish.period))
            report = Report(
                period=str(wish.period),
                scheduled_for=str(wish.period) if wish.scheduled else None,
                schema_version=SCHEMA_VERSION,
                created_at=now,
                figures=recorded(figures),
                files=names,
                replaces_id=before[0].id if before else None,
                changed=changed,
            )
            added(session, report)
            alerts.end(session, f"report:{wish.period}", now)
            if wish.send or deliveries.of_reports(session, [one.id for one in before]):
                self._outbox.put(session, deliveries.REPORT, report.id)
            detail = {"by": report.id, "changed": changed}
            for one in before:
                _take_back(session, one, "report.replaced", changed, detail, now=now, user_id=wish.user_id)
            delete_all(self._folder, {name for one in before for name in one.files}.difference(names))

    def withdraw(self, period: CalendarPeriod, why: str, user_id: int | None = None) -> Path:
        """Withdraw all reports of a period: a notice with the reason takes the place of their files.

        Args:
            period: The period.
            why: The reason.
            user_id: Who does it at the desk; None: a command does.

        Raises:
            UsageError: When there is none, or the reason names a person.
            ReportFailed: When the notice cannot be written, or a file cannot be deleted; then it can be done again.

        """
        now, why = self._clock.now(), _impersonal(why)
        with self._database.changes() as session:
            standing = reports.standing(session, str(period))
            if not standing:
                raise UsageError(f"there is no report of {period} to withdraw")
            words = load_wording(self._settings.language)
            notice = render_notice(words, period, made_at=standing[0].created_at, withdrawn_at=now, why=why)
            name = f"{file_name(period)}{WITHDRAWN}"
            write_all(self._folder, {name: notice.encode()})
            for report in standing:
                _take_back(session, report, "report.withdrawn", why, {"why": why}, now=now, user_id=user_id)
                delete_all(self._folder, report.files)
        return self._folder / name

    def send_again(self, period: CalendarPeriod) -> None:
        """Have the newest report of a period sent to all its channels, also where it failed or is unclear.

        Raises:
            UsageError: When the settings send reports nowhere, or there is no such report.

        """
        targets = self._outbox.targets(deliveries.REPORT)
        if not targets:
            raise UsageError('the settings send reports nowhere: write a [[channels]] table with what = ["reports"]')
        with self._database.changes() as session:
            standing = reports.standing(session, str(period))
            if not standing:
                raise UsageError(f"there is no report of {period} to send: write it first")
            deliveries.send_again(session, deliveries.REPORT, standing[0].id, targets, self._clock.now())

    def issue_scheduled(self) -> list[Path]:
        """Issue last week's report once Monday 07:00 has passed; nothing if it was issued, or the week has no posts.

        It is sent when a person releases it.
        """
        period = due_week(self._clock)
        with self._database.work() as session:
            was_issued = reports.was_scheduled(session, str(period))
            if was_issued or not self._settings.every_monday or not _has_posts(session, period):
                return []
        return self.issue(Wish(period=period, scheduled=True))

    def late_week(self) -> str:
        """Return the week whose report was not written some hours after it was due; empty when none is late."""
        week = due_week(self._clock)
        if not self._settings.every_monday or self._clock.now() - week.next.span.start < ISSUED_AT + GRACE:
            return ""
        with self._database.work() as session:
            is_late = not reports.was_issued(session, str(week)) and _has_posts(session, week)
        return str(week) if is_late else ""


def _sentences(figures: ReportFigures, words: Wording) -> dict[str, str]:
    return {one.key: one.text for part in paper(figures, words) for one in part.sentences}


def due_week(clock: Clock) -> CalendarPeriod:
    """Return the last week whose report is due: at Monday 07:00 that of the week before."""
    return current_period(Unit.WEEK, clock.now() - ISSUED_AT).previous


def _has_posts(session: Session, period: CalendarPeriod) -> bool:
    return bool(report_counts.posts_by_source(session, period.span))


def _take_back(
    session: Session,
    report: Report,
    action: str,
    why: str,
    detail: Mapping[str, Any],
    *,
    now: datetime,
    user_id: int | None,
) -> None:
    reports.withdraw(session, report, why=why, now=now)
    audit.record(session, at=now, action=action, subject=f"reports:{report.id}", user_id=user_id, detail=detail)


def _impersonal(words: str) -> str:
    """Return what a report will say of itself, for everybody to read."""
    if (masked := mask_personal(words)) != words:
        raise PersonalReason(f"the reason names a person, as in {masked!r}: write it without")
    return words


def _known(what: str, name: str, choices: Sequence[str]) -> str:
    if name not in choices:
        raise UsageError(f"there is no {what} {name!r}: choose from {', '.join(choices)}")
    return name


def _render(name: str, document: Document, figures: ReportFigures, edits: Mapping[str, str]) -> bytes:
    words = document.words
    writers: Mapping[str, Callable[[], bytes]] = {
        "docx": lambda: render_docx(document),
        "pdf": lambda: render_pdf(render_docx(document)),
        "html": lambda: render_html(document).encode(),
        "xlsx": lambda: render_xlsx(figures, words, edits=edits),
        **{each: partial(render_rows, each, figures, words) for each in ROW_FORMATS},
    }
    return writers[name]()
