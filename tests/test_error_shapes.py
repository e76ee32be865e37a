"""What two error messages may differ in, and still say the same."""

import pytest

from rollout_trace.query.error_shapes import shape_of


@pytest.mark.parametrize(
    ("message", "shape"),
    [
        ("try again in 0.25s", "try again in Ns"),
        ("exit code 127: bash: line 3: make: not found", "exit code 127: bash: line N: make: not found"),
        ("exit code -1", "exit code -1"),
        ("unexpected status 503 after 12 s", "unexpected status 503 after N s"),
        ("cannot open /srv/data/a.txt", "cannot open PATH"),
        ("cannot open ./a/b.txt", "cannot open PATH"),
        (r"cannot open C:\data\a.txt", "cannot open PATH"),
        ("see https://example.org/help?id=7", "see URL"),
        ("thread 01a1fc06-b0f5-70c0-9d55-1f5f832ccae4 is gone", "thread ID is gone"),
        ("call_0a1b2c3d4e has no output", "ID has no output"),
        ("commit 3fa9c21 is unknown", "commit ID is unknown"),
        ("two\n  lines", "two lines"),
        ("expected a u64 and a feed", "expected a u64 and a feed"),
        ("", ""),
        ("42", "42"),
    ],
)
def test_what_differs_from_one_occurrence_to_the_next_is_replaced(message: str, shape: str) -> None:
    assert shape_of(message) == shape


def test_a_long_message_is_known_by_its_beginning() -> None:
    assert shape_of("x" * 1_000 + "a") == shape_of("x" * 1_000 + "b")
