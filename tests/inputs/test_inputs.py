"""A short run of the generated inputs (`inputs_run.py` makes long ones), and that it finds what is wrong."""

from collections.abc import Callable

import pytest

from inputs.dialects import DIALECTS
from inputs.playing import Cut, Failed, Tally, mixed, octets, whole
from mockmail.pop3.maildrop import Maildrop
from mockmail.pop3.session import Session
from mockmail.smtp import reply
from mockmail.store.directory import Directory, Route, Stop
from mockmail.wire.buffer import Buffer

SEED = 20261129
COUNT = 2_500


def played(count: int, *, seed: int = SEED, cut: Cut = mixed) -> Tally:
    tally = Tally(seed, cut=cut)
    tally.play(count)
    return tally


def test_a_few_thousand_inputs() -> None:
    tally = played(COUNT)
    assert tally.outcomes.total() == COUNT
    for protocol in tally.protocols:
        kinds = {kind for of, kind, _ in tally.outcomes if of == protocol}
        assert kinds == {*DIALECTS[protocol].changes}, "of some kind there was none"
        outcomes = {outcome for of, _, outcome in tally.outcomes if of == protocol}
        assert outcomes >= {"done", "refused", "more", "silent", "closed"}


def test_the_same_seed_says_the_same() -> None:
    assert played(200).digest == played(200).digest != played(200, seed=1).digest


@pytest.mark.parametrize("cut", [mixed, octets])
def test_the_cuts_between_octets_don_t_matter(cut: Cut) -> None:
    assert played(200, cut=whole).digest == played(200, cut=cut).digest


_line, _dot_block = Buffer.line, Buffer.dot_block


def _dot_after_lf(self: Buffer, limit: int) -> bytes | None:
    """As servers had it that mail could be smuggled to."""
    at = self._data.find(b"\n.\n")
    return _dot_block(self, limit) if at < 0 else self.until(b"\n.\n", limit)


def _nothing(*_: object) -> None:
    pass


def _crash(*_: object) -> None:
    raise ZeroDivisionError


def _to_zoe(_: object, address: str) -> Route:
    return Route("user", (Stop("zoe", address),), ())


def _no_limit(self: Buffer, limit: int) -> bytes | None:
    if b"\n" not in self._data:
        return None
    line = self.until(b"\n", 10**9)
    return line and line.rstrip(b"\r\n")


def _stuck(self: Buffer, limit: int) -> bytes | None:
    """Never ready after a line that was too long."""
    if len(self._data) > limit:
        self._skipping = True
    return None if self._skipping else _line(self, limit)


@pytest.mark.parametrize(
    ("where", "name", "fault", "told"),
    [
        (Buffer, "dot_block", _dot_after_lf, "messages were taken"),
        (Buffer, "line", _no_limit, "octets are kept"),
        (Buffer, "line", _stuck, "it is stuck"),
        (Maildrop, "refresh", _crash, "our own: ZeroDivisionError"),
        (Session, "unlock", _nothing, "lock"),
        (Directory, "resolve", _to_zoe, "a bystander"),
    ],
)
def test_what_is_wrong_is_found(
    where: type, name: str, fault: Callable[..., object], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, fault)
    with pytest.raises(Failed, match=told):
        played(10_000)


def test_a_reply_that_is_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply, "MAX_TEXT", 10_000)
    with pytest.raises(Failed, match="a reply of"):
        played(10_000)
