"""What forums put into a post besides what its author wrote: link cards, quotes, buttons. Taken out before the text."""

from bs4 import BeautifulSoup, Tag

from monitor.collectors.parsing.html_text import to_text


def parse_fragment(markup: str) -> BeautifulSoup:
    """Read a fragment of a page, inside an element, so that it is taken for HTML whatever it looks like."""
    return BeautifulSoup(f"<div>{markup}</div>", "lxml")


def remove(root: Tag, selector: str) -> None:
    """Take out whatever a CSS selector finds."""
    for element in root.select(selector):
        element.extract()


def outermost(root: Tag, selector: str) -> list[Tag]:
    """List what a CSS selector finds, without what lies inside another find."""
    found: list[Tag] = []
    for element in root.select(selector):
        if not found or not any(parent is found[-1] for parent in element.parents):
            found.append(element)
    return found


def put_link(soup: BeautifulSoup, card: Tag, address: str, title: str) -> None:
    """Put a plain link in the place of a card: the excerpt on it is another site's text, not the author's."""
    paragraph = soup.new_tag("p")
    if address:
        link = soup.new_tag("a", attrs={"href": address})
        link.string = title or address
        paragraph.append(link)
    else:
        paragraph.string = title
    card.replace_with(paragraph)


def words_of(element: Tag | None) -> str:
    """Give an element's text in one line; nothing for no element."""
    return " ".join(element.get_text().split()) if element is not None else ""


def fragment_text(root: Tag, base_url: str) -> str:
    """Give what is left as plain text.

    Args:
        root: The fragment.
        base_url: What relative links are relative to.

    """
    return to_text(root.decode_contents(), base_url)
