"""HTML as text."""

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockmail.message.html import to_text


def shown(source: str) -> str:
    """The text with its white space as a reader sees it."""
    return " ".join(to_text(source).split())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<html><head><title>t</title></head><body><p>one</p></body></html>", "one"),
        ("<!DOCTYPE html><p>one", "one"),
        ('<?xml version="1.0"?><p>one', "one"),
        ("<P>One<BR>two</P>", "One two"),
        # Some elements part words, others don't.
        ("one<p>two</p>three<div>four</div>five", "one two three four five"),
        ("<table><tr><td>one</td><td>two</td></tr></table>", "one two"),
        ("<ul><li>one<li>two</ul>", "one two"),
        ("one<br/>two<hr>three", "one two three"),
        ("on<b>e</b>, t<i>w</i>o, <span>thr</span>ee", "one, two, three"),
        ('<a href="x">on</a>e', "one"),
        ("one<wbr>two", "onetwo"),
        ("one<img src=x>two", "one two"),
        # What isn't seen.
        ("one<script>two</script>three<style>four</style>five", "onethreefive"),
        ("<script>if (a</b>c) { '<p>' }</script>one", "one"),
        ("<SCRIPT>one</SCRIPT>two", "two"),
        ("<style>p > a { color: red } <!-- x --></style>one", "one"),
        ("<head>one<style>two</style>three</head>four", "four"),
        ("<head>one<body>two", "two"),
        ("<title>one</title>two<template>three</template>four", "twofour"),
        ("one<style>two", "one"),
        # Comments and declarations.
        ("on<!-- two -->e", "one"),
        ("on<!-- <p>two</p> -- > -->e", "one"),
        ("<!-- one --><!-- two -->three", "three"),
        ("<!--[if mso]>one<![endif]-->two", "two"),
        ("<![if !mso]>one<![endif]>two", "onetwo"),
        ("<!---->one", "one"),
        ("on<!-->e", "one"),
        ("on<!--->e", "one"),
        ("<!--[if !mso]><!-->one<!--<![endif]-->two", "onetwo"),
        ("one<!-- two", "one"),
        # Characters.
        ("a&amp;b&lt;c&gt;d&quot;e&#39;f", "a&b<c>d\"e'f"),
        ("&uuml;&#252;&#xFC;&#XFC;", "üüüü"),
        ("one&nbsp;two", "one two"),
        ("&zwnj;&euro;", "\N{ZERO WIDTH NON-JOINER}€"),
        ("a & b &c; &; &# &#; &#x;", "a & b &c; &; &# &#; &#x;"),
        ("AT&T", "AT&T"),
        ("&amp;amp;", "&amp;"),
        ("&lt;p&gt;one", "<p>one"),
        ("&#0065;&#x00041;", "AA"),
        ("&#0;&#xD800;&#x110000;", "\N{REPLACEMENT CHARACTER}" * 3),
        ('<a title="a &gt; b">one', "one"),
        # What is no tag is text.
        ("1 < 2", "1 < 2"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("a <", "a <"),
        ("a <b", "a <b"),
        ("<3 you", "<3 you"),
        ("a > b", "a > b"),
        ("<>one", "<>one"),
        ("one <two@example.org> three", "one three"),
        # Broken tags.
        ("</p>one</x>two", "one two"),
        ("<p one<p>two", "<p one two"),
        ("<p/ >one", "one"),
        ("one</", "one</"),
    ],
)
def test_text(source: str, text: str) -> None:
    assert shown(source) == text


@pytest.mark.parametrize(
    "source",
    [
        # The head's end, and the body's start, may be left out (HTML, section 13.1.2.4).
        "<html><head><title>t</title><p>one",
        "<head><meta charset=utf-8><style>x</style><div>one</div>",
        "<title>t</title><p>one",
    ],
)
def test_the_head_ends_where_the_body_begins(source: str) -> None:
    assert shown(source) == "one"


def test_white_space_is_left_as_it_is() -> None:
    assert to_text("<b>one\r\n  two</b>\t") == "one\r\n  two\t"
    assert to_text("one<br>\ntwo") == "one \ntwo"


# Each of these has stopped a parser.
@pytest.mark.parametrize(
    "source",
    [
        *("<!", "<!-", "<!--", "<!-- x", "<!-->", "<!--->", "<!>", "<![", "<![CDATA[", "<![CDATA[x]]>", "<![x"),
        *("<?", "<?x", "</", "</ x>", "<a", "<a ", "<a b", "<a b=", "<a b='", "<a/", "<a / b", "<a b='>"),
        *("&", "&#", "&#x", "&#1", "&a", "&#99999999999;", "&#x99999999999;", "&#" + "1" * 5000 + ";"),
        # A declaration that is taken out must not leave another one.
        *("<<!x>![ >", "<<!x>![foo[ >", "<<!x>!x [ >", "<<!x>!doctype [", "<<!x>!--", "<<!-- -->!-- x"),
        *("<script>", "<script><!--", "</script>", "<script></scrip", "<style></style", "<title>", "<head>"),
        *("\0", "<\0>", "<a\0b>", "&\0;", "\ud800", "<\ud800>"),
    ],
)  # fmt: skip
def test_nothing_stops_it(source: str) -> None:
    for text in (source, f"one {source}", f"{source} one", f"<p>{source}</p>", source * 3):
        assert isinstance(to_text(text), str)


def test_what_stands_before_something_broken_is_seen() -> None:
    for broken in ("<!-- x", "<![foo[ >", "<script>x", "<a b='", "&#x", "</"):
        assert shown(f"<p>one {broken}").startswith("one")


pieces = st.lists(
    st.sampled_from(
        ["<", ">", "!", "--", "-", "/", "?", "[", "]", "CDATA", "doctype", "=", "'", '"', "&", "#", "x", ";", "1", " ", "\n", "a",
         "<p>", "</p>", "<b>", "<!-- ", " -->", "<!x>", "<script>", "</script>", "<head>", "<body>", "<title>", "&amp;", "ü", "\0"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.one_of(pieces, st.text(max_size=20)))
def test_any_text_is_html(source: str) -> None:
    assert isinstance(to_text(source), str)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_what_is_escaped_is_read_back(text: str) -> None:
    assert to_text(html.escape(text)) == text
    assert to_text(f"<b title='{html.escape(text)}'>{html.escape(text)}</b>") == text
