"""HTML reduced to the text that a reader would see (for previews).

The standard library's parser does the reading. What makes it take quadratic
time, or give up, is taken out first: comments, declarations, every ``<`` that
begins no tag with a ``>`` before the next one, and numbers that are no
character's.
"""

import re
from html.parser import HTMLParser

_DECLARATION = re.compile(r"<[!?][^<>]*+>")
_STRAY = re.compile(r"<(?![A-Za-z/][^<>]*+>)")
_LONG_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{7,});?")
_UNSEEN = frozenset(("head", "script", "style", "template", "title"))
_IN_HEAD = frozenset(("base", "link", "meta", "noscript", "script", "style", "template", "title"))
# Elements that run on with the text around them; all others stand apart from it.
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)


def to_text(html: str) -> str:
    """The text, with spaces where elements part it; white space is left as it is."""
    reader = _Reader()
    html = _DECLARATION.sub("", _without_comments(html))
    html = _LONG_NUMBER.sub("\N{REPLACEMENT CHARACTER}", _STRAY.sub("&lt;", html))
    reader.feed(html)
    reader.close()
    return "".join(reader.texts)


def _without_comments(html: str) -> str:
    kept = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        end = html.find("-->", start + 2)  # "<!-->" is one, too
        kept.append(html[at:start])
        at = len(html) if end < 0 else end + 3
    return "".join((*kept, html[at:]))


class _Reader(HTMLParser):
    """Collects the text; what is inside an unseen element is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._unseen: str | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if self._unseen == "head" and tag not in _IN_HEAD:
            self._unseen = None  # it need not say that it ends
        if self._unseen is None:
            if tag in _UNSEEN:
                self._unseen = tag
            elif tag not in _INLINE:
                self.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = None
        elif self._unseen is None and tag not in _INLINE:
            self.texts.append(" ")

    def handle_data(self, data: str) -> None:
        if self._unseen is None:
            self.texts.append(data)
