"""Questions at the desk: one post, one label, one key; what the model thinks stays hidden."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.models import Answer, AuditEvent, Question, Source
from storage.posts import posts
from storage.review import flags, questions
from tests.clock import FakeClock
from tests.factories import add_flag, add_post, add_source, make_post
from tests.monitor.desk.browser import Browser, text_of
from tests.storage.sample_questions import add_question

QuestionMaker = Callable[..., int]


@pytest.fixture
def make_asked(sqlite_database: Database) -> QuestionMaker:
    """Store a post with a question about it; gives the question's number."""
    made = 0

    def make(text: str = "Xưởng nóng 40 độ", *, label: str = "concern", flagged: bool = False) -> int:
        nonlocal made
        made += 1
        with sqlite_database.work() as session:
            source = session.scalar(select(Source)) or add_source(session)
            post = add_post(session, source, f"asked-{made}", text=text)
            if flagged:
                add_flag(session, post, label)
            number = add_question(session, post, label, probability=0.4321).id
            session.commit()
            return number

    return make


def reply(anonymous: Browser, number: int, decision: str) -> int:
    action = f"/questions/{number}/answers"
    fields = anonymous.fields(f"/questions/{number}", action)
    return anonymous.post(action, fields | {"decision": decision}).status_code


def take(person: Browser) -> str:
    return person.next("/questions/next")


def state(database: Database, number: int) -> str:
    with database.work() as session:
        return questions.by_id(session, number).state


def test_the_page_asks_about_one_label_and_hides_what_the_model_thinks(lan: Browser, make_asked: QuestionMaker) -> None:
    number = make_asked()
    page = lan.page(f"/questions/{number}")
    assert text_of(page, "h2") == "Bài này có thuộc nhãn “Bức xúc của người lao động” không?"
    assert "Xưởng nóng 40 độ" in text_of(page, ".post-text")
    assert [button.get_text().split(maxsplit=1)[1] for button in page.select("button.decision")] == [
        "Có",
        "Không",
        "Chưa rõ",
    ]
    everything = page.get_text()
    assert "43" not in everything
    assert "random" not in str(page)


@pytest.mark.parametrize("decision", ["confirmed", "rejected", "unsure"])
def test_an_answer_is_recorded_and_takes_the_next_question(
    lan: Browser, hung: Browser, make_asked: QuestionMaker, sqlite_database: Database, decision: str
) -> None:
    first, second = make_asked(), make_asked("hai")
    assert take(lan) == f"/questions/{first}"
    assert reply(lan, first, decision) == 303
    assert "lan đang xem câu hỏi này" in text_of(hung.page(f"/questions/{second}"), ".notice.held")
    assert state(sqlite_database, first) == decision
    with sqlite_database.work() as session:
        answer = session.scalars(select(Answer)).one()
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "answer")).one()
    assert (answer.decision, answer.reviewer_id) == (decision, 1)
    assert (event.subject, event.user_id, event.detail) == (f"questions:{first}", 1, {"decision": decision})


def test_an_answer_opens_no_flag_and_is_counted_in_no_queue(
    lan: Browser, make_asked: QuestionMaker, sqlite_database: Database
) -> None:
    reply(lan, make_asked(), "confirmed")
    with sqlite_database.work() as session:
        assert flags.counts(session) == {}
    assert "Không có mục nào ở đây" in lan.get("/queue").text


def test_an_open_flag_that_asks_the_same_is_decided_along(
    lan: Browser, make_asked: QuestionMaker, sqlite_database: Database
) -> None:
    number = make_asked(flagged=True)
    reply(lan, number, "rejected")
    with sqlite_database.work() as session:
        assert flags.counts(session) == {"concern": {"rejected": 1}}


def test_two_reviewers_never_get_the_same_question(lan: Browser, hung: Browser, make_asked: QuestionMaker) -> None:
    first, second = make_asked(), make_asked("hai")
    assert take(lan) == f"/questions/{first}"
    assert take(hung) == f"/questions/{second}"
    held = hung.page(f"/questions/{first}")
    assert "lan đang xem câu hỏi này" in text_of(held, ".notice.held")
    assert held.select("button.decision") == []
    assert take(hung) == f"/questions/{second}"


def test_when_others_hold_the_rest_the_page_says_that(lan: Browser, hung: Browser, make_asked: QuestionMaker) -> None:
    make_asked()
    take(hung)
    assert "1 câu hỏi còn lại đang được người khác xem" in lan.get(take(lan)).text
    assert "1 câu hỏi đang chờ ý kiến" in lan.get("/questions").text  # told once, the button comes back


def test_opening_a_question_takes_nothing(lan: Browser, hung: Browser, make_asked: QuestionMaker) -> None:
    number = make_asked()
    for path in ("/questions", "/questions/next", f"/questions/{number}"):
        lan.get(path)
    assert lan.post("/questions/next", {"csrf": "đoán mò"}).status_code == 403
    assert take(hung) == f"/questions/{number}"


def test_an_answer_from_a_page_that_was_overtaken_is_refused(
    lan: Browser, hung: Browser, make_asked: QuestionMaker, sqlite_database: Database, clock: FakeClock
) -> None:
    number = make_asked()
    action = f"/questions/{number}/answers"
    old = lan.fields(f"/questions/{number}", action)
    clock.advance(15 * 60 + 1)
    assert reply(hung, number, "confirmed") == 303
    refused = lan.post(action, old | {"decision": "rejected"})
    assert refused.status_code == 409
    assert "Câu hỏi này vừa có người trả lời" in refused.text
    assert state(sqlite_database, number) == "confirmed"


def test_an_answer_can_be_given_anew_and_the_newest_counts(
    lan: Browser, make_asked: QuestionMaker, sqlite_database: Database
) -> None:
    number = make_asked()
    reply(lan, number, "confirmed")
    reply(lan, number, "rejected")
    assert state(sqlite_database, number) == "rejected"
    assert "lan đã trả lời “Có” lúc 16/11/2026 09:00" in lan.page(f"/questions/{number}").get_text()


def test_the_version_that_was_drawn_is_shown(
    lan: Browser, make_asked: QuestionMaker, sqlite_database: Database
) -> None:
    number = make_asked("bản cũ")
    with sqlite_database.work() as session:
        post = session.scalars(select(Question)).one().post
        posts.record(session, post.source_id, [make_post(post.external_id, "bản mới")])
        session.commit()
    shown = lan.get(f"/questions/{number}").text
    assert "bản cũ" in shown
    assert "bản mới" not in shown


def test_a_forged_form_answers_nothing(lan: Browser, make_asked: QuestionMaker, sqlite_database: Database) -> None:
    number = make_asked()
    forged = lan.post(f"/questions/{number}/answers", {"csrf": "x", "seen_state": "0", "decision": "confirmed"})
    assert forged.status_code == 403
    assert state(sqlite_database, number) == "open"


def test_strangers_are_sent_to_the_sign_in_page(anonymous: Browser, make_asked: QuestionMaker) -> None:
    assert anonymous.get(f"/questions/{make_asked()}").headers["location"].startswith("/login")


def test_the_first_page_says_what_waits(lan: Browser, make_asked: QuestionMaker) -> None:
    assert "câu hỏi đang chờ ý kiến của bạn" not in lan.get("/").text
    make_asked()
    page = lan.page("/")
    assert text_of(page, 'main a[href="/questions"]') == "1 câu hỏi đang chờ ý kiến của bạn"


def test_without_questions_the_page_names_the_command(lan: Browser) -> None:
    assert "kiemtin ask" in text_of(lan.page("/questions"), ".card")
