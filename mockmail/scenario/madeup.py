"""Made-up mail as a scenario says it."""

from collections.abc import Iterator
from datetime import datetime

from mockmail.chance import Chance
from mockmail.corpus.item import Item
from mockmail.scenario.spec import FakeSpec


def made_up(spec: FakeSpec, seed: int, mailbox: str, *, to: str, until: datetime) -> Iterator[Item]:
    """The messages for one mailbox; `mailbox` is its owner's login and its name.

    What is made up for one depends on no other. ``ValueError`` and ``ImportError``
    as in `mockmail.corpus.fake`.
    """
    from mockmail.corpus.fake import fake

    stream = Chance(seed)(f"fake/{mailbox}")
    return fake(
        spec.count,
        chance=Chance(stream.getrandbits(64)),
        until=until,
        locale=spec.locale,
        threads=spec.threads,
        html=spec.html,
        attachments=spec.attachments,
        charsets=[spec.charsets] if isinstance(spec.charsets, str) else spec.charsets,
        flags=spec.flags,
        to=to,
        days=spec.days,
    )
