"""From pieces to what is written: order, sizes, and nothing copied that is large."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.wire.acts import Close
from mockmail.wire.chunks import CHUNK, OWN_VIEW, Chunk, Outbox, divide, size
from mockmail.wire.response import Literal, Piece


class Recorder:
    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.out = Outbox(self.chunks.append)

    @property
    def octets(self) -> bytes:
        return b"".join(self.chunks)

    def taken(self) -> list[Chunk | Close]:
        items = []
        while (item := self.out.take()) is not None:
            items.append(item)
        return items


def joined(pieces: list[Piece]) -> bytes:
    return b"".join(piece if isinstance(piece, bytes) else piece.data for piece in pieces)


def test_small_pieces_are_one_chunk_once_sealed() -> None:
    recorder = Recorder()
    out = recorder.out
    out.put([b"a", Literal(b"", b"bc")])
    out.put([b"d"])
    assert out.octets == 4
    assert not out
    assert recorder.taken() == []
    out.seal()
    assert out
    assert recorder.taken() == [b"abcd"]
    assert recorder.octets == b"abcd"
    assert out.octets == 0
    assert not out


def test_nothing_makes_no_chunk() -> None:
    recorder = Recorder()
    recorder.out.put([])
    recorder.out.seal()
    recorder.out.record()
    assert recorder.taken() == []
    assert recorder.chunks == []


def test_seals_are_ends_of_chunks() -> None:
    recorder = Recorder()
    for text in (b"a", b"b"):
        recorder.out.put([text])
        recorder.out.seal()
    assert recorder.taken() == [b"a", b"b"]


def test_a_large_literal_is_a_view_of_the_same_memory() -> None:
    body = bytes(range(256)) * (OWN_VIEW // 256)
    recorder = Recorder()
    recorder.out.put([b"before", Literal(b"BODY[]", body), b"after"])
    recorder.out.seal()
    before, view, after = recorder.taken()
    assert (before, after) == (b"before", b"after")
    assert isinstance(view, memoryview)
    assert view.obj is body
    assert isinstance(recorder.chunks[1], memoryview)
    assert recorder.chunks[1].obj is body


def test_a_part_of_a_large_literal_is_the_same_memory_too() -> None:
    body = b"x" * (2 * OWN_VIEW)
    recorder = Recorder()
    recorder.out.put([Literal(b"BODY[]", memoryview(body)[5:])])
    (view,) = recorder.taken()
    assert isinstance(view, memoryview)
    assert view.obj is body
    assert len(view) == len(body) - 5


def test_a_small_literal_is_joined() -> None:
    recorder = Recorder()
    recorder.out.put([b"a", Literal(b"", b"x" * (OWN_VIEW - 1)), b"b"])
    recorder.out.seal()
    assert len(recorder.taken()) == 1


def test_much_output_comes_in_chunks_of_about_their_size() -> None:
    recorder = Recorder()
    for number in range(10_000):
        recorder.out.put([b"* %d FETCH (UID %d)\r\n" % (number, number)])
    assert recorder.out
    recorder.out.seal()
    chunks = recorder.taken()
    assert all(isinstance(chunk, bytes) for chunk in chunks)
    sizes = [len(chunk) for chunk in chunks if not isinstance(chunk, Close)]
    assert all(CHUNK <= size < CHUNK + 100 for size in sizes[:-1])
    assert 0 < sizes[-1] < CHUNK + 100


@pytest.mark.parametrize("how", ["fin", "reset"])
def test_what_was_put_goes_out_before_the_end(how: str) -> None:
    recorder = Recorder()
    recorder.out.put([b"bye"])
    close = Close("fin" if how == "fin" else "reset")
    recorder.out.close(close)
    assert recorder.out
    assert recorder.taken() == [b"bye", close]
    assert recorder.out.octets == 0


def test_recording_does_not_end_a_chunk() -> None:
    recorder = Recorder()
    out = recorder.out
    out.put([b"a", b"b"])
    out.record()
    assert recorder.chunks == [b"ab"]
    out.record()
    out.put([b"c"])
    out.seal()
    assert recorder.octets == b"abc"
    assert recorder.taken() == [b"abc"]


pieces = st.tuples(st.sampled_from([0, 1, 5, OWN_VIEW - 1, OWN_VIEW, CHUNK]), st.booleans())
steps = st.lists(
    st.one_of(
        st.lists(pieces, max_size=4).map(lambda sizes: ("put", sizes)),
        st.sampled_from([("seal", []), ("record", []), ("take", [])]),
    ),
    max_size=12,
)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(steps)
def test_order_and_counts(steps: list[tuple[str, list[tuple[int, bool]]]]) -> None:
    recorder = Recorder()
    out = recorder.out
    put = b""
    taken = b""
    for number, (verb, sizes) in enumerate(steps):
        if verb == "put":
            octets = [bytes([number]) * size for size, _ in sizes]
            put += b"".join(octets)
            out.put(
                [
                    Literal(b"", data) if literal else data
                    for data, (_, literal) in zip(octets, sizes, strict=True)
                ]
            )
        elif verb == "take":
            item = out.take()
            assert not isinstance(item, Close)
            taken += item or b""
        else:
            getattr(out, verb)()
            assert recorder.octets == put
        assert out.octets == len(put) - len(taken)
    out.seal()
    taken += b"".join(item for item in recorder.taken() if not isinstance(item, Close))
    assert taken == recorder.octets == put
    assert out.octets == 0


# Cutting

some_pieces = st.lists(
    st.tuples(st.booleans(), st.binary(max_size=4)).map(
        lambda piece: Literal(b"label", piece[1]) if piece[0] else piece[1]
    ),
    max_size=5,
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(some_pieces, st.integers(0, 25), st.booleans())
def test_octets_are_divided(pieces: list[Piece], octets: int, in_literal: bool) -> None:
    whole = joined(pieces)
    assert size(pieces) == len(whole)
    before = 0
    if in_literal:
        at = next((n for n, piece in enumerate(pieces) if isinstance(piece, Literal)), None)
        before = len(whole) if at is None else size(pieces[:at])
    kept, rest = divide(pieces, octets, in_literal=in_literal)
    assert joined(kept) == whole[: before + octets]
    assert joined(rest) == whole[before + octets :]
    # What is kept of a literal is still one.
    assert [type(piece) for piece in kept] == [type(piece) for piece in pieces[: len(kept)]]


def test_a_cut_copies_no_literal() -> None:
    body = b"x" * 100_000
    pieces: list[Piece] = [b"{100000}\r\n", Literal(b"BODY[]", body), b")"]
    (_, kept), (rest, _) = divide(pieces, 70_000, in_literal=True)
    assert isinstance(rest, Literal)
    assert len(rest.data) == 30_000
    assert isinstance(kept, Literal)
    assert isinstance(kept.data, memoryview)
    assert kept.data.obj is body
    assert len(kept.data) == 70_000
    assert repr(kept) == "Literal(b'BODY[]', 70000 octets)"
