"""What is put into the outbox is sent to every channel that takes it, again after a failure, and never twice."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, func, select, update

from monitor.outbox.outbox import KEPT, LONGEST, MOST_ATTEMPTS, Outcome, retry_at, summary
from monitor.settings.channels import ChannelSettings
from storage.models import Delivery
from storage.outbox import deliveries
from tests.clock import FakeClock
from tests.monitor.outbox.conftest import FILES, SECRET, World, withdraw
from tests.monitor.outbox.receivers import Webhook, listening

REPORT, ALERT, DECISION = "report", "alert", "decision"
EVERYWHERE = [
    (REPORT, "mail"),
    (REPORT, "hook"),
    (REPORT, "drive"),
    (ALERT, "mail"),
    (ALERT, "hook"),
    (DECISION, "hook"),
]


def test_each_kind_goes_once_to_every_channel_that_takes_it(either: World) -> None:
    either.put_decision()
    either.put_report()
    either.put_alert()
    assert sorted(either.send()) == sorted((*each, "sent") for each in EVERYWHERE)
    assert either.send() == []
    assert (len(either.mails.messages), len(either.hook.posted)) == (2, 3)
    assert sorted(path.name for path in (either.settings.home / "drive").iterdir()) == sorted(FILES[:2])


@pytest.mark.parametrize(("kind", "channel"), [each for each in EVERYWHERE if each[1] != "drive"])
def test_what_fails_is_tried_again_with_the_same_key_and_given_up_in_the_end(
    world: World, kind: str, channel: str
) -> None:
    world.put(kind)
    world.mails.replies["MAIL"], world.hook.status = "451 try later", 503
    assert (kind, channel, "waiting") in world.send()
    assert world.send() == [], "it waits"
    with world.database.changes() as session:
        session.execute(update(Delivery).values(attempts=MOST_ATTEMPTS - 2))
    world.clock.advance(timedelta(minutes=1))
    assert (kind, channel, "waiting") in world.send()
    world.clock.advance(timedelta(hours=6))
    assert (kind, channel, "failed") in world.send()
    world.clock.advance(timedelta(days=20))
    assert world.send() == []
    assert {key for key, _ in world.hook.posted} == {f"msg_hook_{kind}_1"}
    assert world.mails.messages == []


def test_a_failed_delivery_arrives_at_a_later_attempt_once(either: World) -> None:
    either.put_report()
    either.mails.replies["MAIL"] = "451 try later"
    assert (REPORT, "mail", "waiting") in either.send()
    either.clock.advance(timedelta(seconds=59))
    assert either.send() == []
    either.mails.replies.clear()
    either.clock.advance(timedelta(seconds=1))
    assert either.send() == [(REPORT, "mail", "sent")]
    assert len(either.mails.messages) == 1


@pytest.mark.parametrize(
    ("kind", "channel", "then"),
    [
        (REPORT, "mail", ["handed", "unclear"]),
        (REPORT, "hook", ["handed", "unclear"]),
        (ALERT, "mail", ["handed", "unclear"]),
        (ALERT, "hook", ["handed", "unclear"]),
        (DECISION, "hook", ["waiting", "sent"]),
    ],
)
def test_without_an_answer_only_a_decision_is_repeated(either: World, kind: str, channel: str, then: list[str]) -> None:
    either.put(kind)
    either.mails.replies["."], either.hook.status = None, 0  # taken, and the answer is lost
    found = [state for *which, state in either.send() if which == [kind, channel]]
    either.mails.replies.clear()
    either.hook.status = 200
    either.clock.advance(LONGEST)
    found += [state for *which, state in either.send() if which == [kind, channel]]
    assert found == then
    either.clock.advance(timedelta(days=20))
    assert either.send() == []
    assert len(either.mails.messages) <= 2
    assert len({key for key, _ in either.hook.posted}) == 1, "a receiver knows it by its key"


@pytest.mark.parametrize(("kind", "channel"), EVERYWHERE)
@pytest.mark.parametrize("was_handed", [False, True])
def test_what_a_killed_program_had_is_sent_by_the_next_unless_it_may_have_arrived(
    world: World, kind: str, channel: str, was_handed: bool
) -> None:
    world.put(kind)
    with world.database.changes() as session:
        if kind == DECISION:
            deliveries.put_decisions(session, channel, "", world.clock.now())
        taken = deliveries.take(session, channel, (kind,), world.clock.now(), world.clock.now() + LONGEST)
        if was_handed and kind != DECISION:  # of a decision it is not noted
            assert deliveries.hand_over(session, taken.id, world.clock.now() + LONGEST)
    # And then it was killed.
    assert (kind, channel) not in [each[:2] for each in world.send()], "the other program may still live"
    world.clock.advance(LONGEST)
    expected = "unclear" if was_handed and kind != DECISION else "sent"
    assert (kind, channel, expected) in world.send()


def test_two_programs_send_each_thing_once(either: World) -> None:
    either.put_decision()
    for number in (1, 2):
        either.decide(number)
    either.put_report()

    async def run() -> None:
        await asyncio.gather(*(either.outbox.send_due() for _ in range(3)))

    asyncio.run(run())
    keys = [key for key, _ in either.hook.posted]
    assert (len(keys), len(set(keys)), len(either.mails.messages)) == (4, 4, 1)


def test_who_does_not_answer_is_asked_once_a_run_and_keeps_nobody_waiting(world: World) -> None:
    with listening(Webhook()) as silent:
        silent.status = 0
        archive = ChannelSettings(name="archive", what=("decisions",), to=(silent.address,))
        world.set(
            channels=(archive, *world.settings.channels),
            secrets={"archive": SecretStr(SECRET), **world.settings.secrets},
            allow_addresses=(silent.place, *world.settings.allow_addresses),
        )
        world.put_decision()
        world.decide(1)
        world.decide(2)
        assert sorted(world.send()) == [(DECISION, "archive", "waiting"), *[(DECISION, "hook", "sent")] * 3]
        silent.status = 200
        world.clock.advance(timedelta(minutes=1))
        assert world.send() == [(DECISION, "archive", "sent")] * 3


def test_a_withdrawn_report_is_not_sent_also_where_it_was_begun(either: World) -> None:
    number = either.put_report()
    with either.database.changes() as session:
        mail = deliveries.take(session, "mail", (REPORT,), either.clock.now(), either.clock.now() + LONGEST)
        withdraw(session, number, either.clock)
        assert not deliveries.hand_over(session, mail.id, either.clock.now())
        deliveries.failed(session, mail.id, error="it was withdrawn meanwhile", again_at=either.clock.now())
    either.clock.advance(timedelta(days=1))
    assert (either.send(), either.mails.messages, either.hook.posted) == ([], [], [])


def test_what_stuck_or_went_elsewhere_is_sent_again_where_a_person_wants_it(either: World) -> None:
    number = either.put_report()
    either.mails.replies["MAIL"] = "550 no such mailbox"
    either.send()

    def again() -> list[tuple[str, str, str]]:
        with either.database.changes() as session:
            now = either.clock.now()
            deliveries.send_again(session, REPORT, number, either.outbox.targets(REPORT), now)
        return either.send()

    either.mails.replies.clear()
    assert again() == [(REPORT, "mail", "sent")]
    assert again() == []
    channels = tuple(
        each.model_copy(update={"to": ("ban@nampha.example.vn",)}) if each.name == "mail" else each
        for each in either.settings.channels
    )
    either.set(channels=channels)
    assert again() == [(REPORT, "mail", "sent")]
    assert either.read_mail(1)["to"] == "ban@nampha.example.vn"


def test_alerts_wait_in_quiet_hours_and_reports_do_not(world: World) -> None:
    world.clock.advance(timedelta(hours=14))  # nine in the morning, and fourteen hours more: 23:00
    world.put_alert(12)
    world.put_alert(13)
    world.put_report()
    assert {kind for kind, *_ in world.send()} == {REPORT}
    world.clock.advance(timedelta(hours=7))
    assert sorted(world.send()) == [(ALERT, "hook", "sent")] * 2 + [(ALERT, "mail", "sent")] * 2


def test_a_channel_gets_the_decisions_that_follow(either: World) -> None:
    either.decide(0)
    either.send()  # what was before the channel is no news
    either.decide(1)
    assert either.send() == [(DECISION, "hook", "sent")]
    (_, body) = either.hook.posted[0]
    assert body == {
        "type": "decision",
        "timestamp": "2026-11-16T02:00:00+00:00",
        "data": {
            "decision_id": 2,
            "flag_id": either.flags[1],
            "post_id": 2,
            "label": "negative",
            "decision": "yes",
            "state": "confirmed",
        },
    }, "numbers, label and decision, and nothing else"


def test_a_decision_that_was_stored_later_than_the_next_number_is_not_forgotten(either: World) -> None:
    either.put_decision()
    either.decide(1)
    either.decide(2)
    with either.database.changes() as session:
        deliveries.put_decisions(session, "hook", "", either.clock.now())
        # As if the second decision had not been committed when the third was.
        session.execute(delete(Delivery).where(Delivery.subject_id == 2))
        deliveries.put_decisions(session, "hook", "", either.clock.now())
    assert either.send() == [(DECISION, "hook", "sent")] * 3


def test_deliveries_of_old_decisions_are_deleted_and_none_is_sent_again(either: World) -> None:
    either.put_decision()
    either.decide(1)
    either.send()
    either.clock.advance(KEPT + timedelta(seconds=1))
    either.decide(2)
    either.send()
    either.send()
    with either.database.work() as session:
        assert session.scalar(select(func.min(Delivery.subject_id))) == 2
    assert len(either.hook.posted) == 3


@pytest.mark.parametrize(
    ("change", "state", "why"),
    [
        (lambda _: {"secrets": {}}, "waiting", "the webhook hook needs a secret of at least 24 bytes"),
        (lambda _: {"allow_addresses": ()}, "waiting", "allow_addresses"),
        (lambda world: {"channels": world.settings.channels[:1]}, "failed", "the settings name no such channel"),
    ],
)
def test_nothing_is_posted_unsigned_or_to_what_is_not_opened(
    world: World, change: Callable[[World], dict[str, object]], state: str, why: str
) -> None:
    world.put_report()
    world.set(**change(world))
    (told,) = (each for each in asyncio.run(world.outbox.send_due()) if each.channel == "hook")
    assert (told.state, why in told.error) == (state, True)
    assert (world.states()[REPORT, "hook"], world.states()[REPORT, "mail"]) == (state, "sent")
    assert world.hook.posted == []


def test_a_report_whose_files_or_row_are_gone_is_not_sent(world: World) -> None:
    world.put_report()
    (world.settings.reports_dir / FILES[0]).unlink()
    assert {state for *_, state in world.send()} == {"waiting"}
    with world.database.changes() as session:
        deliveries.put(session, ALERT, 99, {"mail": ""}, world.clock.now())
    assert (ALERT, "mail", "failed") in world.send()


def test_a_test_is_sent_also_at_night_and_says_what_went_wrong(world: World) -> None:
    world.clock.advance(timedelta(hours=15))
    world.hook.status = 500
    apprise = ChannelSettings(name="ban", what=("alerts",))
    world.set(channels=(*world.settings.channels, apprise), secrets={**world.settings.secrets, "ban": SecretStr("x")})
    outcomes = asyncio.run(world.outbox.test())
    assert outcomes.pop("ban").startswith("the secret ban is no Apprise address")
    assert outcomes == {"mail": "", "hook": "the webhook on 127.0.0.1 answers 500", "drive": ""}
    assert "kênh này nhận được" in world.read_mail().get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert world.hook.posted[0][1]["type"] == "test"


def test_waits_double_up_to_six_hours(clock: FakeClock) -> None:
    waits = [retry_at(clock.now(), attempts) for attempts in range(1, MOST_ATTEMPTS + 1)]
    minutes = [(at - clock.now()).total_seconds() / 60 for at in waits if at]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360, 360]
    assert waits[-1] is None


def test_what_was_sent_is_said_in_a_line() -> None:
    assert summary([]) == ""
    outcomes = [
        Outcome("decision", 1, "hook", "sent"),
        Outcome("decision", 2, "hook", "sent"),
        Outcome("report", 1, "mail", "failed", "no such mailbox"),
        Outcome("", 0, "ban", "waiting", "it needs a secret"),
    ]
    assert summary(outcomes).split("; ") == [
        "decisions: 2, sent by hook",
        "reports: 1, not sent by mail: it failed (no such mailbox)",
        "ban is not ready (it needs a secret)",
    ]
