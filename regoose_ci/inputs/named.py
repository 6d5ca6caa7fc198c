"""Texts that people pass for parameters of some names."""

from __future__ import annotations

_TEXTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tz tzinfo timezone zone", ("UTC", "Europe/Berlin", "+02:00")),
    ("encoding charset codec", ("utf-8", "latin-1", "ascii")),
    ("errors", ("strict", "ignore", "replace")),
    ("locale lang language", ("en", "de", "en_US")),
    ("url href link", ("https://example.com/a?b=c#d", "//example.com", "a/b", "?a=1")),
    ("uri", ("https://example.com/a?b=c#d", "data:text/plain;base64,YQ==", "urn:a:b", "a/b")),
    ("scheme protocol", ("https", "http", "")),
    ("email mail", ("a@b.org", '"a b"@c.org', "a@[127.0.0.1]")),
    ("host hostname domain server netloc", ("example.com", "localhost:80", "[::1]", "127.0.0.1")),
    ("ip address", ("127.0.0.1", "::1", "10.0.0.0/8")),
    ("query params", ("a=1&b=2", "a", "a=&b")),
    ("version", ("1.0", "2.0.1", "1.0rc1", "1.0.dev1")),
    ("specifier requirement constraint", (">=1.0", "a>=1.0,<2", "~=1.4")),
    ("filename file basename", ("a.txt", "a.tar.gz", ".hidden")),
    ("path dirname directory folder", ("a/b.txt", "/a", "../a", "a/")),
    ("ext extension suffix", (".txt", "txt", "")),
    ("date day", ("2024-01-15", "15/01/2024", "2024-02-29")),
    ("time timestamp datetime dt when", ("2024-01-15T12:30:00Z", "12:30", "2024-01-15 12:30:59.5")),
    ("duration interval delta", ("PT1H30M", "P1D", "1:30")),
    ("cron schedule", ("*/5 * * * *", "0 0 1 * *")),
    ("fmt format", ("%Y-%m-%d", "{}", "%d")),
    ("html markup xml", ("<p>a <b>c</b></p>", "<a href='b'>c</a>", "<br/>", "a &amp; b")),
    ("markdown md", ("# a", "- a\n- b", "*a* `b`")),
    ("json", ('{"a": [1, null]}', "[]")),
    ("sql statement", ("SELECT a FROM b WHERE c = 1;", "BEGIN; COMMIT;")),
    ("sep separator delimiter", (",", "-", "")),
    ("regex pattern glob", ("a+", "*.txt", "[a-z]")),
    ("color colour", ("#ff0000", "red", "#fff")),
    ("header headers", ("text/html; charset=utf-8", "a: b")),
    ("method verb", ("GET", "POST")),
    ("phone", ("+49 30 1234567",)),
    ("currency", ("EUR", "USD")),
    ("letter char character initial", ("A", "b", "-")),
    ("number num value amount", ("1", "-1.5", "1e3", "1,000")),
)
_BY_WORD = {word: texts for words, texts in _TEXTS for word in words.split()}


def texts_for(name: str) -> tuple[str, ...]:
    """Return literals of texts that the words of a parameter's name suggest; mostly none."""
    words = name.lower().strip("_").split("_")
    found = (text for word in reversed(words) for text in _BY_WORD.get(word, ()))
    return tuple(dict.fromkeys(map(repr, found)))
