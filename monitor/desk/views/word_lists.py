"""Word lists that the pages of posts need, read while the desk starts: else whoever comes first waits for them."""

from typing import Final

from classifiers.claims import find_claim
from classifiers.concern_topics import topic_of
from classifiers.places.finder import places_in
from monitor.desk.views.highlight import stop_words
from monitor.desk.views.veil import veil
from monitor.desk.web.desk import Desk

_SAMPLE: Final = "Nghe nói công ty ở Lai Châu nợ lương, ai biết thì gọi 0912 345 678."
_BARE: Final = "nghe noi cong ty no luong"  # for texts without diacritics there are lists of their own


def read_word_lists(desk: Desk) -> None:
    """Read the word lists that are read once a process, by using each of them on a sample."""
    stop_words()
    for text in (_SAMPLE, _BARE):
        veil(text)
        find_claim(text)
        topic_of(text)
        places_in(text)
        if desk.mask is not None:
            desk.mask(text)
        if desk.segmenter is not None:
            desk.segmenter.segment(text)
