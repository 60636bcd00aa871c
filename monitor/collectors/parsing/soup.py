"""Removal of what forums add to a post: link cards, quotes, buttons."""

from bs4 import BeautifulSoup, Tag

from monitor.collectors.parsing.html_text import without_tags
from monitor.collectors.parsing.lxml_tree import PageTooLarge, bounded_markup, parse_page

_MOST_TAGS = 60_000  # its elements cost ten times as much as those of lxml


def parse_soup(text: str) -> BeautifulSoup:
    """Parse a page, well formed or not.

    Raises:
        PageTooLarge: Reading it would take too long.

    """
    parse_page(text)  # it knows how deep the page is
    markup = bounded_markup(text.encode("utf-8", errors="replace"), _MOST_TAGS).decode()
    return BeautifulSoup(markup, "lxml", huge_tree=True)


def parse_fragment(markup: str) -> BeautifulSoup:
    """Parse a fragment inside an element, so that it is always read as HTML."""
    try:
        return parse_soup(f"<div>{markup}</div>")
    except PageTooLarge:  # of one post: its words are kept all the same
        return parse_soup(f"<div>{without_tags(markup)}</div>")


def remove(root: Tag, selector: str) -> None:
    """Remove the elements that a CSS selector finds."""
    for element in root.select(selector):
        element.extract()


def outermost(root: Tag, selector: str) -> list[Tag]:
    """Return the elements that a CSS selector finds, without those inside another of them."""
    elements: list[Tag] = []
    for element in root.select(selector):
        if not elements or not any(parent is elements[-1] for parent in element.parents):
            elements.append(element)
    return elements


def put_link(soup: BeautifulSoup, card: Tag, address: str, title: str) -> None:
    """Replace a card by a plain link: its excerpt is another site's text, not the author's."""
    paragraph = soup.new_tag("p")
    if address:
        link = soup.new_tag("a", attrs={"href": address})
        link.string = title or address
        paragraph.append(link)
    else:
        paragraph.string = title
    card.replace_with(paragraph)


def words_of(element: Tag | None) -> str:
    """Return an element's text in one line; nothing for no element."""
    return " ".join(element.get_text().split()) if element is not None else ""
