"""Where the public data sets come from, and on what terms: none of their texts is part of this project."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Origin:
    """What one must know before one asks for a data set.

    Args:
        holds: What the set holds, and who labelled it for what.
        paper: The paper that describes it; empty where there is none.
        where: The address at which it is asked for.
        terms: The licence or the terms, as its makers state them.

    """

    holds: str
    paper: str
    where: str
    terms: str


RESEARCH: Final = "research purposes only; no open licence is stated: ask the authors before any other use"
AGREEMENT: Final = "the signed user agreement of VLSP: research only, never passed on"

ORIGINS: Final = {
    "vihsd": Origin(
        holds="33,400 comments of Facebook and YouTube; clean, offensive or hate",
        paper="https://arxiv.org/abs/2103.11528",
        where="https://github.com/sonlam1102/vihsd",
        terms=RESEARCH,
    ),
    "vlsphsd": Origin(
        holds="25,431 posts and comments of Facebook; clean, offensive or hate; labels of the training part",
        paper="https://arxiv.org/abs/2007.06493",
        where="https://vlsp.org.vn/vlsp2019/eval/hsd",
        terms=AGREEMENT,
    ),
    "comments2025": Origin(
        holds="comments of Facebook and YouTube under a post's title, 2025; clean, offensive or hate; names masked",
        paper="",
        where="whoever published the file that you have: there is no one address",
        terms="MIT where its publisher says so; check that the file you have says it",
    ),
    "victsd": Origin(
        holds="10,000 reader comments of VnExpress under a title and a topic; toxic or not, constructive or not",
        paper="https://arxiv.org/abs/2103.10069",
        where="https://github.com/tarudesu/ViCTSD",
        terms=RESEARCH,
    ),
    "reintel": Origin(
        holds="posts of social networks, 2014 to 2020, with time and numbers of reactions; reliable or unreliable",
        paper="https://arxiv.org/abs/2012.08895",
        where="https://vlsp.org.vn/vlsp2020/eval/reintel",
        terms=AGREEMENT,
    ),
}
