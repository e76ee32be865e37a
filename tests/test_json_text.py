"""Strict JSON in, compact JSON out (spec 3, section 4)."""

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rollout_trace import json_text
from rollout_trace.errors import JsonError

TEXTS_THAT_ARE_NO_JSON = {
    "nothing": b"",
    "only a space": b" ",
    "two values": b"1 2",
    "a comma at the end of a list": b"[1,]",
    "a comma at the end of an object": b'{"a":1,}',
    "no comma": b"[1 2]",
    "no colon": b'{"a" 1}',
    "a key that is no text": b"{1:2}",
    "a comment": b"1 // one",
    "single quotes": b"'a'",
    "a word": b"hello",
    "a word cut short": b"tru",
    "a word with more": b"nulll",
    "not a number": b"NaN",
    "infinity": b"-Infinity",
    "a leading zero": b"01",
    "a leading plus": b"+1",
    "a leading point": b".5",
    "a point at the end": b"1.",
    "an exponent without digits": b"1e",
    "a sign alone": b"-",
    "a tab in a text": b'"\t"',
    "a line feed in a text": b'"\n"',
    "an unknown escape": b'"\\x41"',
    "an escape cut short": b'"\\u12"',
    "a text without end": b'"abc',
    "a list without end": b"[1",
    "a form feed around a value": b"\x0c1",
    "a byte order mark": b"\xef\xbb\xbf1",
    "zeros of a torn file": b"\0\0\0",
    "a high surrogate alone": b'"\\ud800"',
    "a low surrogate alone": b'"\\udc00"',
    "two high surrogates": b'"\\ud800\\ud800"',
    "a surrogate in a key": b'{"\\ud800":1}',
    "no UTF-8": b'"\xff"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "an overlong character": b'"\xc0\x80"',
    "bad UTF-8 far inside": b'{"a":["ok",{"b":"\xe2\x82"}]}',
}


@pytest.mark.parametrize("text", TEXTS_THAT_ARE_NO_JSON.values(), ids=TEXTS_THAT_ARE_NO_JSON)
def test_what_is_no_strict_json_is_refused(text: bytes) -> None:
    with pytest.raises(JsonError):
        json_text.check(text)
    with pytest.raises(JsonError):
        json_text.parse(text)


def test_a_text_of_python_that_has_no_utf_8_is_refused() -> None:
    with pytest.raises(JsonError):
        json_text.parse('"\ud800"')


@pytest.mark.parametrize(
    "deepest",
    [
        b"[" * 127 + b"]" * 127,
        b'{"a":' * 126 + b"{}" + b"}" * 126,
        b'{"a":[' * 63 + b"{}" + b"]}" * 63,
        b'[{"a":' * 63 + b"[]" + b"}]" * 63,
        b'[[],{"a":' * 63 + b"[]" + b"},{}]" * 63,
    ],
    ids=["lists", "objects", "lists in objects", "objects in lists", "with siblings"],
)
def test_127_nested_levels_are_json_and_128_are_not(deepest: bytes) -> None:
    json_text.check(deepest)
    assert json_text.compact(json_text.parse(deepest)).encode() == deepest
    for too_deep in (b"[" + deepest + b"]", b'{"a":' + deepest + b"}"):
        with pytest.raises(JsonError, match="127"):
            json_text.check(too_deep)


@pytest.mark.parametrize("text", [b"[" * 1_000_000, b"[" * 200_000 + b"]" * 200_000, b'{"a":' * 200_000])
def test_nesting_without_end_is_refused_and_does_not_crash(text: bytes) -> None:
    with pytest.raises(JsonError):
        json_text.check(text)


def test_brackets_in_texts_and_beside_each_other_are_no_levels() -> None:
    in_a_text = json.dumps("[" * 500 + '"' + "{" * 500 + "\\").encode()
    json_text.check(b"[" + in_a_text + b"]")
    json_text.check(b"[" + b"[]," * 500 + b"{}]")


def test_brackets_in_texts_do_not_hide_levels() -> None:
    too_deep = b"[" * 128 + b'"]]]]\\"]]]"' + b"]" * 128
    with pytest.raises(JsonError, match="127"):
        json_text.check(too_deep)


@pytest.mark.parametrize(
    ("written", "compact"),
    [
        ("1.50", "1.50"),
        ("0.10e5", "0.10e+5"),
        ("1E3", "1e+3"),
        ("1e3", "1e+3"),
        ("1e+3", "1e+3"),
        ("1E-3", "1e-3"),
        ("-0.0", "-0.0"),
        ("-0", "0"),
        ("0", "0"),
        ("-0e0", "-0e+0"),
        ("1e400", "1e+400"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("-123456789012345678901234567890.00", "-123456789012345678901234567890.00"),
        ("9" * 5000, "9" * 5000),
        ("[" + "9" * 5000 + ", 1.0]", "[" + "9" * 5000 + ",1.0]"),
    ],
)
def test_a_number_keeps_its_digits(written: str, compact: str) -> None:
    assert json_text.compact(json_text.parse(written)) == compact


@pytest.mark.parametrize(
    ("written", "compact"),
    [
        (' { "b" : 1 , "a" : [ true , false , null ] } ', '{"b":1,"a":[true,false,null]}'),
        ('{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'),
        ('{"a":{"x":1},"b":2,"a":{}}', '{"a":{},"b":2}'),
        ('{"\\u0061":1,"a":2}', '{"a":2}'),
        ('""', '""'),
        ("{}", "{}"),
        ("[]", "[]"),
        ('"é 😀 \\u00e9 \\ud83d\\ude00"', '"é 😀 é 😀"'),
        ('"\\/"', '"/"'),
        ('"\\"\\\\"', '"\\"\\\\"'),
        ('"\\b\\f\\n\\r\\t"', '"\\b\\f\\n\\r\\t"'),
        ('"\\u0008\\u000c\\u000a\\u000d\\u0009"', '"\\b\\f\\n\\r\\t"'),
        ('"\\u0000\\u001F\\u001f"', '"\\u0000\\u001f\\u001f"'),
        ('"\\u007f\\u0080\\u2028\\ufeff"', '"\x7f\x80\u2028\ufeff"'),
    ],
)
def test_compact_json_has_no_spaces_and_escapes_only_what_it_must(written: str, compact: str) -> None:
    assert json_text.compact(json_text.parse(written)) == compact


def test_a_whole_number_is_a_number_and_any_other_is_its_text() -> None:
    assert json_text.parse("[1, -2]") == [1, -2]
    fraction = json_text.parse("1.50")
    assert isinstance(fraction, msgspec.Raw)
    assert bytes(fraction) == b"1.50"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_a_value_comes_back_from_any_json_text_of_it(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps(value, indent=2)):
        parsed = json_text.parse(text)
        assert parsed == value
        assert json_text.parse(json_text.compact(parsed)) == value


@given(st.binary(max_size=40))
@example(b'{"a":1}')
@example(b"1e5")
def test_bytes_are_json_or_refused_and_never_crash(data: bytes) -> None:
    try:
        json_text.check(data)
    except JsonError:
        with pytest.raises(JsonError):
            json_text.parse(data)
    else:
        assert json_text.compact(json_text.parse(data))
