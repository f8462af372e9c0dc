"""Small files for made-up mail: right, as their kinds go, and the same on each machine.

Nothing is compressed here: another version of zlib would make other bytes.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from struct import pack
from typing import TYPE_CHECKING
from zlib import adler32, crc32

from mockmail.chance import Chance
from mockmail.message.attachment import Attachment
from mockmail.message.message import Message

if TYPE_CHECKING:
    from faker import Faker

_KINDS = {"csv": 3, "txt": 3, "png": 3, "pdf": 3, "eml": 1}
"""How often an attachment is of each kind."""
_INLINE = 0.5


def attachment(
    faker: "Faker", chance: Chance, mail: Sequence[Message], *, inline: bool
) -> Attachment:
    """A file of any kind: a picture that is `inline` perhaps, or a message of `mail`."""
    draw = chance("files")
    (kind,) = draw.choices(tuple(_KINDS), tuple(_KINDS.values()))
    if kind == "eml" and not mail:
        kind = "txt"
    name = f"{'-'.join(faker.words(2))}.{kind}"
    if kind == "csv":
        rows = [(faker.name(), draw.randrange(1000)) for _ in range(draw.randint(2, 12))]
        return Attachment(name, table(rows), "text/csv")
    if kind == "png":
        picture = png(draw.randint(1, 24), draw.randbytes(3))
        shown = inline and draw.random() < _INLINE
        content_id = f"{draw.randbytes(8).hex()}@example.com" if shown else None
        return Attachment(name, picture, "image/png", inline=shown, content_id=content_id)
    if kind == "pdf":
        return Attachment(name, pdf(draw.randbytes(draw.randint(100, 2000))), "application/pdf")
    if kind == "eml":
        return Attachment(name, draw.choice(mail), "message/rfc822")
    return Attachment(name, "\n\n".join(faker.paragraphs(3)), "text/plain")


def png(side: int, colour: bytes) -> bytes:
    """A square in one colour of three octets, at most 140 pixels wide."""
    rows = (b"\0" + colour * side) * side
    # One block that is stored, not compressed (RFC 1951 section 3.2.4), as zlib has it (RFC 1950).
    block = pack("<BHH", 1, len(rows), len(rows) ^ 0xFFFF) + rows
    data = b"\x78\x01" + block + pack(">I", adler32(rows))
    header = pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)  # eight bits of red, green, blue
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))
        for kind, data in chunks
    )


def pdf(content: bytes) -> bytes:
    """An empty page; `content` is kept beside it, as it is."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
    )
    made = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"  # octets beyond US-ASCII say that it is binary
    places = []
    for number, inside in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, inside)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, b"".join(places))
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(made))
    return made + table + trailer


def table(rows: Iterable[Sequence[object]]) -> str:
    """CSV (RFC 4180)."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
