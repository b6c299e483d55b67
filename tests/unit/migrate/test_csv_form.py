"""Finding out the form of a table: what is none says why, and what is in doubt says so."""

import pytest

from migrate.sources.csv_form import detect

ROWS = "".join(f"{1_500_000_000 + n};{n};40\n" for n in range(20))


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "it is empty"),
        (b"time,temperature\n", "a header and no rows"),
        (b"time,temperature", "a header and no rows"),
        (b"time,temperature\r1500000000,1\r", "carriage returns alone"),
        ("time,temperature\n1500000000,1\n".encode("utf-16-le"), "UTF-16"),
        (b"time,temperature\nTuesday,1\nFriday,2\n", "Its first row is 'Tuesday,1'."),
        (b"a,b\n1,2\n3,4\n", "no column holds times"),
        (b"time\n1500000000\n", "no column beside the time"),
        (
            f"time;temperature;humidity\n{ROWS}{ROWS.replace(';', ',')}".encode(),
            "Delimiters are mixed: ';' in most lines, ',' in '1500000000,0,40'.",
        ),
        (b'time,note\n1500000000,"' + b"x" * 200_000 + b"\n", "is a quote in its first lines never closed?"),
    ],
)
def test_what_is_no_table_says_why(head: bytes, words: str) -> None:
    """What it is, and what may be done about it."""
    assert words in detect(head).problem


def test_a_few_lines_with_another_delimiter_are_a_doubt() -> None:
    """Most lines can be read; the others would be rejected, which a person must have seen."""
    found = detect(f"time;temperature;humidity\n{ROWS}1500000100,7,40\n".encode())
    assert (found.problem, found.form.delimiter) == ("", ";")
    (doubt,) = found.doubts
    assert doubt.startswith("Delimiters are mixed: ';' in most lines, ',' in '1500000100,7,40'. Lines that are")
