"""Write docs/data-card.md from the project's posts: `make data-card`."""

from pathlib import Path

from classifiers.data.datasets import read_corpus
from tests.quality.agreement import read_second_labels
from tests.quality.data_card import data_card

if __name__ == "__main__":
    Path("docs/data-card.md").write_text(data_card(read_corpus(), read_second_labels()), encoding="utf-8")
