"""A report is sent where the settings say, tried again when it surely did not arrive, and never sent twice."""

import email
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from monitor.app.reports import report_office
from monitor.outbox.deliver import LONGEST, WAITS, WEBHOOK_SECRET, ReportDelivery
from monitor.outbox.webhook_signature import signed
from monitor.settings.reports import MailSettings, ReportSettings
from monitor.settings.settings import Settings
from storage.database import Database
from storage.models import Delivery
from storage.outbox import deliveries
from tests.clock import FakeClock
from tests.monitor.outbox.receivers import MailServer, Webhook, listening
from tests.monitor.reports.sample_week import AFTER, WEEK


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with listening(MailServer()) as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with listening(Webhook()) as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(AFTER)


@pytest.fixture
def settings(mails: MailServer, hook: Webhook, tmp_path: Path) -> Settings:
    mail = MailSettings(
        host="127.0.0.1",
        port=mails.port,
        security="none",
        sender="ban@nampha.example.vn",
        to=("van-thu@nampha.example.vn",),
    )
    report = ReportSettings(formats=("html", "csv"), mail=mail, webhook=hook.address, folder=tmp_path / "drive")
    return Settings.model_construct(
        home=tmp_path,
        report=report,
        allow_addresses=(f"127.0.0.1:{hook.server_address[1]}",),
        secrets={WEBHOOK_SECRET: SecretStr("a secret of at least 24 bytes")},
    )


@pytest.fixture
def delivery(full_week: Database, settings: Settings, clock: FakeClock) -> ReportDelivery:
    """Give what sends the report of the week, which was issued."""
    office = report_office(full_week, settings, clock)
    office.issue_scheduled()
    return office.delivery


def states(database: Database) -> dict[str, str]:
    with database.work() as session:
        return {each.channel: each.state for each in session.scalars(select(Delivery))}


def test_it_goes_to_every_place_once(
    delivery: ReportDelivery, full_week: Database, mails: MailServer, hook: Webhook, tmp_path: Path
) -> None:
    assert [(each.channel, each.state) for each in delivery.send_due()] == [
        ("mail", "sent"),
        ("webhook", "sent"),
        ("folder", "sent"),
    ]
    assert delivery.send_due() == []
    assert (len(mails.messages), len(hook.posted)) == (1, 1)
    assert sorted(path.name for path in (tmp_path / "drive").iterdir()) == [
        "bao-cao-2026-W47.csv",
        "bao-cao-2026-W47.html",
    ]


def test_the_list_of_masks_stays_in_the_office(delivery: ReportDelivery, mails: MailServer, hook: Webhook) -> None:
    delivery.send_due()
    message = email.message_from_bytes(mails.messages[0].removesuffix(b".\r\n"), EmailMessage, policy=default)
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["bao-cao-2026-W47.html", "bao-cao-2026-W47.csv"]
    assert [file["name"] for file in hook.posted[0][1]["files"]] == names
    assert message["Message-ID"] == f"<report-1.{int(AFTER.timestamp())}@nampha.example.vn>"


def test_a_server_that_cannot_be_reached_is_tried_again_later(
    full_week: Database, delivery: ReportDelivery, mails: MailServer, clock: FakeClock
) -> None:
    mails.replies["MAIL"] = "451 try later"
    assert delivery.send_due()[0].state == "waiting"
    clock.advance(WAITS[0] - timedelta(seconds=1))
    assert delivery.send_due() == []
    mails.replies.clear()
    clock.advance(timedelta(seconds=1))
    assert [each.state for each in delivery.send_due()] == ["sent"]
    assert len(mails.messages) == 1


def test_after_the_last_attempt_it_is_given_up_and_a_person_may_have_it_sent(
    full_week: Database, delivery: ReportDelivery, mails: MailServer, clock: FakeClock
) -> None:
    mails.replies["MAIL"] = None
    found = []
    for wait in (*WAITS, timedelta(0)):
        found.append(delivery.send_due()[0].state)
        clock.advance(wait)
    assert found == ["waiting"] * len(WAITS) + ["failed"]
    mails.replies.clear()
    delivery.send_again(str(WEEK))
    assert delivery.send_due()[0].state == "sent"


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "."])
def test_what_a_server_refuses_for_good_is_not_tried_again(
    word: str, full_week: Database, delivery: ReportDelivery, mails: MailServer
) -> None:
    mails.replies[word] = "550 no such mailbox"
    assert delivery.send_due()[0].state == "failed"
    assert states(full_week)["mail"] == "failed"


def test_a_server_that_forwards_has_taken_the_address(delivery: ReportDelivery, mails: MailServer) -> None:
    mails.replies["RCPT"] = "251 user not local; will forward"  # RFC 5321, 4.2.3
    assert delivery.send_due()[0].state == "sent"


def test_a_connection_that_breaks_after_the_message_is_unclear_and_not_repeated(
    full_week: Database, delivery: ReportDelivery, mails: MailServer, clock: FakeClock
) -> None:
    mails.replies["."] = None
    assert delivery.send_due()[0].state == "handed"
    mails.replies.clear()
    clock.advance(LONGEST)
    assert [(each.channel, each.state) for each in delivery.send_due()] == [("mail", "unclear")]
    clock.advance(timedelta(days=30))
    assert delivery.send_due() == []
    assert len(mails.messages) == 1


def test_what_a_killed_program_had_not_given_away_is_sent_by_the_next(
    full_week: Database, delivery: ReportDelivery, mails: MailServer, clock: FakeClock
) -> None:
    with full_week.work() as session:
        mail = session.scalars(select(Delivery).where(Delivery.channel == "mail")).one()
        assert deliveries.take(session, mail, clock.now(), clock.now() + LONGEST)  # and then it was killed
        session.commit()
    delivery.send_due()
    assert mails.messages == []  # the other program may still live
    clock.advance(LONGEST)
    assert [each.state for each in delivery.send_due()] == ["sent"]


@pytest.mark.parametrize(("status", "state"), [(503, "waiting"), (429, "waiting"), (404, "failed"), (302, "failed")])
def test_the_answer_of_a_webhook_decides(status: int, state: str, delivery: ReportDelivery, hook: Webhook) -> None:
    hook.status = status
    assert {each.channel: each.state for each in delivery.send_due()}["webhook"] == state


def test_a_posted_report_is_signed_as_decisions_are(delivery: ReportDelivery, hook: Webhook, clock: FakeClock) -> None:
    delivery.send_due()
    expected = signed(b"a secret of at least 24 bytes", "report-1", clock.now(), hook.bodies[0])
    assert expected.items() <= {name.lower(): value for name, value in hook.headers[0].items()}.items() | {
        ("Content-Type", "application/json")
    }


def test_a_webhook_that_breaks_off_with_the_report_in_hand_is_unclear(
    full_week: Database, delivery: ReportDelivery, hook: Webhook
) -> None:
    hook.status = 0
    assert {each.channel: each.state for each in delivery.send_due()}["webhook"] == "handed"
    assert len(hook.posted) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"secrets": {}}, "the webhook report-webhook needs a secret of at least 24 bytes"),
        ({"allow_addresses": ()}, "allow_addresses"),
    ],
)
def test_nothing_is_posted_unsigned_or_to_an_address_that_is_not_opened(
    change: dict[str, Any], why: str, full_week: Database, settings: Settings, clock: FakeClock, hook: Webhook
) -> None:
    office = report_office(full_week, settings.model_copy(update=change), clock)
    office.issue_scheduled()
    (told,) = (each for each in office.delivery.send_due() if each.channel == "webhook")
    assert (told.state, why in told.error, hook.posted) == ("waiting", True, [])


def test_a_withdrawn_report_is_not_sent(
    full_week: Database, delivery: ReportDelivery, settings: Settings, clock: FakeClock, mails: MailServer
) -> None:
    report_office(full_week, settings, clock).withdraw(WEEK, "sai")
    assert delivery.send_due() == []
    assert mails.messages == []


@pytest.mark.parametrize(
    "address",
    [
        "http://example.vn/hook",
        "http://localhost.example.vn/hook",
        "http://127.0.0.1.example.vn/hook",
        "http://localhost@example.vn/hook",
        "ftp://localhost/hook",
    ],
)
def test_a_webhook_in_the_clear_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        ReportSettings(webhook=address)


@pytest.mark.parametrize("address", ["https://", "https://example.vn:port/", "https://example.vn/văn thư", "hook"])
def test_a_webhook_that_cannot_be_asked_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="must be a web address"):
        ReportSettings(webhook=address)


@pytest.mark.parametrize("address", ["https://example.vn/hook?a=%C4%83", "http://localhost:8080", "http://[::1]/hook"])
def test_a_webhook_behind_https_or_on_this_machine_is_taken(address: str) -> None:
    assert ReportSettings(webhook=address).places == [("webhook", address)]


@pytest.mark.parametrize("address", ["van-thu", "văn-thư@nampha.example.vn", "@nampha.example.vn", "van-thu@"])
def test_a_mail_address_that_no_server_takes_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="must be an address as someone@"):
        MailSettings(host="localhost", sender="ban@nampha.example.vn", to=(address,))


def test_whom_a_report_is_addressed_to_is_a_name_and_no_mail_address() -> None:
    office = ReportSettings(addressed_to=("Ban Thường vụ",), copies_to=("Như trên",))
    assert (office.addressed_to, office.copies_to) == (("Ban Thường vụ",), ("Như trên",))


def test_mail_in_the_clear_stays_on_this_machine() -> None:
    with pytest.raises(ValueError, match="only for a server on this machine"):
        MailSettings(host="mail.example.vn", security="none", sender="ban@example.vn", to=("van-thu@example.vn",))


def test_a_name_may_stand_before_an_address(
    full_week: Database, settings: Settings, clock: FakeClock, mails: MailServer
) -> None:
    assert settings.report.mail
    mail = settings.report.mail.model_copy(update={"sender": "Ban Tuyên giáo <ban@nampha.example.vn>"})
    named = settings.report.model_copy(update={"mail": mail})
    office = report_office(full_week, settings.model_copy(update={"report": named}), clock)
    office.issue_scheduled()
    assert office.delivery.send_due()[0].state == "sent"
    message = email.message_from_bytes(mails.messages[0].removesuffix(b".\r\n"), EmailMessage, policy=default)
    assert message["From"] == "Ban Tuyên giáo <ban@nampha.example.vn>"
    assert message["Message-ID"] == f"<report-1.{int(AFTER.timestamp())}@nampha.example.vn>"
