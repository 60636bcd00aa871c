"""Corrections in every state, which the published site shows. All of it is invented."""

from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from storage.models import Correction
from storage.review import corrections
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, add_user, decide, make_correction, matter_of

HOSTILE: Final = 'Tin "rút tiền" <script>alert(1)</script> </script> \x0b & {{ 7 * 7 }}'


class Office:
    """Lan writes and Minh releases, one hour after another."""

    def __init__(self, session: Session, clock: FakeClock) -> None:
        self.session, self.clock = session, clock
        self.lan, self.minh = add_user(session, "lan"), add_user(session, "minh", "lead")
        self.source, self.posts = add_source(session), 0

    def release(self, row: Correction) -> Correction:
        self.clock.advance(timedelta(hours=1))
        seen = corrections.newest_text(self.session, row.id).id
        corrections.release(self.session, row, seen=seen, user_id=self.minh.id, now=self.clock.now())
        return row

    def draft(self, **changes: str) -> Correction:
        self.posts += 1
        flag = add_flag(self.session, add_post(self.session, self.source, f"p{self.posts}"), "unverified")
        decide(self.session, flag, "refuted", self.lan, now=self.clock.now())
        rumour, content = matter_of(self.session, flag), make_correction(**changes)
        return corrections.write(self.session, rumour, content, user_id=self.lan.id, now=self.clock.now())


def fill(session: Session, clock: FakeClock) -> None:
    """Store one of each: replaced, in force, withdrawn, hostile; and a draft."""
    office = Office(session, clock)
    old = office.release(office.draft())
    clearer, lan = make_correction(text="Bản rõ hơn.\n\nCó ngày."), office.lan.id
    office.release(corrections.correct_again(session, old, clearer, user_id=lan, now=clock.now()))
    gone = office.release(office.draft(claim="Khu công nghiệp đóng cửa hai tháng"))
    corrections.withdraw(session, gone, why="Nguồn đã gỡ thông báo.", user_id=office.minh.id, now=clock.now())
    office.release(office.draft(claim=HOSTILE, verdict="misleading"))
    office.draft(claim="Chưa ai duyệt điều này")
