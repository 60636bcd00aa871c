"""`make quality` writes limits and page together, makes limits only stricter, and lowers none unless that is meant."""

from pathlib import Path

import pytest

from tests.corpus import corpus
from tests.quality import gate, measure_anew
from tests.quality.quality_page import BEGIN, END

SOME = 48  # every so many posts of the corpus, learnt in seconds


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Measure a part of the corpus, and write beside it."""
    some = corpus()[::SOME]
    monkeypatch.setattr(measure_anew, "read_corpus", lambda: some)
    monkeypatch.setattr(gate, "FLOORS", tmp_path / "floors.toml")
    monkeypatch.setattr(measure_anew, "PAGE", tmp_path / "quality.md")
    (tmp_path / "quality.md").write_text(f"# Page\n{BEGIN}\n{END}\nafter\n", encoding="utf-8")
    return tmp_path


def test_it_writes_measures_and_refuses(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    floors, page = place / "floors.toml", place / "quality.md"
    assert measure_anew.main([]) == 0
    first = gate.read_limits(floors)
    assert first.hashes["corpus"][:12] in page.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8").endswith(f"{END}\nafter\n")

    written = floors.read_text(encoding="utf-8")
    floors.write_text(written.replace(f"auc = {first.unseen['concern']['auc']:.4f}", "auc = 0.5100"), encoding="utf-8")
    assert measure_anew.main([]) == 0
    assert gate.read_limits(floors) == first, "what was too lenient has become strict again"

    strict = written.replace(f"auc = {first.unseen['concern']['auc']:.4f}", "auc = 0.9990")
    floors.write_text(strict, encoding="utf-8")
    before = page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert measure_anew.main([]) == 1
    said = capsys.readouterr().err
    assert "auc of concern on unseen posts is" in said
    assert "make quality LOWER=1" in said
    assert (floors.read_text(encoding="utf-8"), page.read_text(encoding="utf-8")) == (strict, before)

    assert measure_anew.main(["--lower"]) == 0
    assert gate.read_limits(floors) == first


def test_another_challenge_set_needs_no_permission(place: Path) -> None:
    floors = place / "floors.toml"
    assert measure_anew.main([]) == 0
    first = gate.read_limits(floors)
    strange = floors.read_text(encoding="utf-8").replace(first.hashes["challenge_set"], "0" * 64)
    floors.write_text(strange.replace(f"concern = {first.recall['concern']:.4f}", "concern = 0.9999"), encoding="utf-8")
    assert measure_anew.main([]) == 0
    assert gate.read_limits(floors) == first
