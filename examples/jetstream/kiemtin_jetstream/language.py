"""Detection of Vietnamese, for posts whose platform names no language."""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+")
_NOT_WORDS = re.compile(r"https?://\S+|[@#]\w[\w.]*")
# Letters of no other language that is common online; ọ, ẹ, ị, ụ, ẽ and ỹ are also Yoruba, Igbo or Guaraní: left out.
_OWN_LETTERS = re.compile("[ươảạẻỉỏủỷỵấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữự]")
# Frequent words without diacritics; words that English also has are left out.
_PLAIN_WORDS = """
anh chi em minh toi chung khong ko khg nguoi duoc dc nhung cua thi ma nay roi sao vay nhu voi trong ngoai biet
lam viet cong ty luong thang ngay nam gio hom nha nuoc tien mua ban noi nghe xem doc cho chua dang phai rat qua
nhieu luon cung vua moi nao gi the lai len xuong vao ra ve den tren duoi truoc sau cai con mot hai ba bon xin ca
phong nghi tang nghin trieu dong xa huyen tinh pho chu co bac thay benh vien truong hoc
"""
_FREQUENT = frozenset(_PLAIN_WORDS.split())
_OWN_SHARE = 0.15
_PLAIN_SHARE = 0.6
_FEWEST_PLAIN = 4


def looks_vietnamese(text: str) -> bool:
    """Return whether enough words have letters that only Vietnamese has, or are frequent words without diacritics.

    Addresses, mentions and hashtags are ignored. Text without diacritics needs four words or more.
    """
    plain = _NOT_WORDS.sub(" ", unicodedata.normalize("NFC", text).lower())
    words = _WORD.findall(plain)
    if not words:
        return False
    own = sum(1 for word in words if _OWN_LETTERS.search(word))
    if own / len(words) >= _OWN_SHARE:
        return True
    known = sum(1 for word in words if word in _FREQUENT)
    return len(words) >= _FEWEST_PLAIN and known / len(words) >= _PLAIN_SHARE
