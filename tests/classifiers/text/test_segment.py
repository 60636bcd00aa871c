"""Words and where they stand; the heavy library comes in only with the first text."""

import pickle
import subprocess
import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.text.normalise import normalise
from classifiers.text.segment import Segmenter, Word
from tests.corpus import corpus

SEGMENTER = Segmenter()


def words_of(text: str) -> list[str]:
    return [word.text for word in SEGMENTER.segment(text)]


def test_syllables_that_belong_together_become_one_word() -> None:
    words = SEGMENTER.segment("công nhân đi ngân hàng hôm nay")
    assert [word.joined for word in words] == ["công_nhân", "đi", "ngân_hàng", "hôm_nay"]


def check_offsets(text: str) -> None:
    words = SEGMENTER.segment(text)
    assert [text[word.start : word.end] for word in words] == [word.text for word in words]
    assert all(before.end <= after.start for before, after in pairwise(words))
    kept = "".join("".join(word.text.split()) for word in words)
    assert kept == "".join(text.split()), "no character but white space is lost"


@settings(deadline=None)
@given(st.text())
def test_offsets_give_the_words_back_and_nothing_is_lost(text: str) -> None:
    check_offsets(normalise(text).text)


def test_offsets_hold_on_every_post_of_the_corpus() -> None:
    for example in corpus()[::10]:
        check_offsets(normalise(example.text).text)


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(), st.text("ơi a.⟨k⟩ ngà!\n", max_size=12)), max_size=6))
def test_texts_are_cut_together_as_each_is_alone(texts: list[str]) -> None:
    read = [normalise(text).text for text in texts]
    assert SEGMENTER.segment_all(read) == [SEGMENTER.segment(text) for text in read]


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "…", "?!?!", "😭😭", "#tẩychay 40-80mm °c 🇻🇳", "( ͡° ͜ʖ ͡°)", "a\x00b", "⟨", "1.000đ",
        unicodedata.normalize("NFD", "công nhân đi ngân hàng"),
    ],
)  # fmt: skip
def test_odd_texts_are_segmented_too(text: str) -> None:
    check_offsets(normalise(text).text)


def test_a_placeholder_is_a_word_of_its_own() -> None:
    assert words_of("gọi ⟨phone⟩ ngay") == ["gọi", "⟨phone⟩", "ngay"]


def test_a_sentence_without_end_is_cut_between_words() -> None:
    text = "ngân hàng hôm nay đóng cửa " * 400
    assert set(words_of(text)) <= {"ngân hàng", "hôm nay", "đóng cửa", "đóng", "cửa", "ngân", "hàng", "hôm", "nay"}
    check_offsets(text.strip())


def test_importing_the_segmenter_does_not_load_the_library() -> None:
    program = "import sys, classifiers.text.segment as s; s.Segmenter(); sys.exit('underthesea' in sys.modules)"
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-W", "error", "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_threads_that_segment_first_at_once_load_one_model() -> None:
    program = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
import classifiers.text.segment as s
at_once = Barrier(8)
def segment(_):
    at_once.wait()
    return s.Segmenter().segment("ngân hàng")
with ThreadPoolExecutor(8) as pool:
    assert list(pool.map(segment, range(8))) == [[("ngân hàng", 0, 9)]] * 8
assert s._model.cache_info().misses == 1
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)  # noqa: S603  our own program
    assert (done.returncode, done.stderr) == (0, "")


def test_a_segmenter_travels_to_another_process_without_its_model() -> None:
    SEGMENTER.segment("đã nạp mô hình")
    packed = pickle.dumps(SEGMENTER)
    assert len(packed) < 200
    copy: Segmenter = pickle.loads(packed)  # noqa: S301  our own bytes
    assert copy.segment("ngân hàng") == [Word("ngân hàng", 0, 9)]
