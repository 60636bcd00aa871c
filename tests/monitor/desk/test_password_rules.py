"""Passwords that people who guess try first are not taken; a few words that have nothing to do with each other are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from monitor.desk.web.password_rules import LEAST_LENGTH, MOST_LENGTH, fault
from monitor.desk.web.passwords import one_time_password


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd12345",
        "Matkhau@2026",
        "mật khẩu của tôi",
        "anhyeuem123456",
        "qwertyuiop12",
        "123456789012",
        "aaaaaaaaaaaa",
        "xyqxyqxyqxyq",
        "CongDoan2026!",
        "Nguyễn Lan 1990",
        "phuonglinh2001",
    ],
)
def test_common_ones_are_refused(password: str) -> None:
    assert fault(password, "phuonglinh") == "common"


def test_no_common_password_of_the_list_is_taken() -> None:
    listed = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= LEAST_LENGTH]
    assert len(listed) > 200
    assert {word for word in listed if fault(word) != "common"} == set()


@pytest.mark.parametrize("password", ["footballfootball", "Sunshine-1987!", "trustno1trustno1"])
def test_common_passwords_put_together_stay_common(password: str) -> None:
    assert fault(password) == "common"


@pytest.mark.parametrize(
    "password", ["trời xanh mây trắng gió", "ve4x-9kqm-trs2-bn7w", "correct horse battery staple", "suối trong chảy xa"]
)
def test_others_are_taken(password: str) -> None:
    assert fault(password, "lan") is None


def test_length_is_counted_in_letters_as_people_see_them() -> None:
    assert fault("ệệệệệệ" * 1) == "short"
    assert fault("suối " * 100) == "long"
    assert fault("suố́i"[:2]) == "short"


def test_passwords_that_the_program_makes_are_taken() -> None:
    assert {fault(one_time_password(), "lan") for _ in range(50)} == {None}


@given(st.text(max_size=MOST_LENGTH + 50), st.text(max_size=30))
def test_any_text_gets_an_answer(password: str, name: str) -> None:
    assert fault(password, name) in {None, "short", "long", "common"}


@given(
    st.sampled_from(["password", "matkhau", "anhyeuem", "congdoan"]), st.integers(0, 10**8), st.text("!@#.", max_size=4)
)
def test_a_common_word_with_numbers_and_signs_stays_common(word: str, number: int, signs: str) -> None:
    assert fault(f"{word.title()}{signs}{number:06}", "lan") in {"short", "common"}
