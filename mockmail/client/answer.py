"""What a server said in answer to one command, whatever the protocol."""

from collections.abc import Sequence

SHOWN = 120
"""Characters of a line that are shown."""


def shown(line: bytes) -> str:
    """A line, or a response with its literals, on one line for people."""
    text = (text_of(line) or "").replace("\r\n", "␍␊")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(line)} octets)"


class Answer:
    """What a server said in answer to one command."""

    def __init__(self, lines: Sequence[bytes], status: str, code: str | None, text: str) -> None:
        self.lines = tuple(lines)
        """All that was said, without CRLF at the end."""
        self.status = status
        """IMAP's ``OK``, ``NO`` or ``BAD``, POP3's ``+OK`` or ``-ERR``, SMTP's ``250`` and its like.

        ``+`` or ``354`` where the server wants more; empty for what no command asked for.
        """
        self.code = code
        """What stands in brackets: ``EXPUNGEISSUED``, ``MODIFIED 7``; SMTP's enhanced code."""
        self.text = text

    @property
    def ok(self) -> bool:
        """Whether the server has done it, or wants more."""
        return self.status in ("OK", "+OK", "+") or self.status[:1] in ("2", "3")

    def __str__(self) -> str:
        """The line that ended the command."""
        code = "" if self.code is None else f"[{self.code}]"
        return " ".join(part for part in (self.status, code, self.text) if part)

    def __repr__(self) -> str:
        said = "; ".join(map(shown, self._data_lines()))
        if not self.status:
            return f"<told {said or 'nothing'}>"
        return f"<{self}: {said}>" if said else f"<{self}>"

    def _data_lines(self) -> Sequence[bytes]:
        """Those beside the one that ended the command."""
        return self.lines


def text_of(part: bytes | None) -> str | None:
    """Octets for people."""
    return None if part is None else part.decode("utf-8", "backslashreplace")
