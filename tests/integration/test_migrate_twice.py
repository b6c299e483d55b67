"""Two series of a source that become one: of two readings in a millisecond the same one is the first, always."""

from pathlib import Path

from tests.common.migrate import move, verified, write_mapping

_SECOND = 1_500_000_000


def test_which_reading_comes_first_is_the_file_s_own_matter(tmp_path: Path) -> None:
    """Two series become one: verifying all finds the readings that moving the newer file alone took as the first."""
    source = tmp_path / "source"
    source.mkdir()
    own_series = "".join(f"climate,room=a,device=d{n} temperature=1 {(_SECOND + n) * 10**9}\n" for n in range(20))
    (source / "a.lp").write_text(own_series)
    mapping = write_mapping(
        tmp_path / "lines.yaml",
        source={"kind": "line-protocol", "path": str(source)},
        destination={"store": f"sqlite:///{tmp_path}/store.db"},
        place={"project": "toe", "house": "h", "room": "r", "device": "{tag.device}"},
        series=[{"match": {}, "quantity": "temperature"}],
    )
    move(mapping)
    pairs = [("first", 1), ("second", 2)]
    both = (
        f"climate,room=a,device=x,who={who} temperature={value} {(_SECOND + n) * 10**9}\n"
        for n in range(12_000)
        for who, value in (pairs if n < 2_000 else reversed(pairs))
    )
    (source / "b.lp").write_text("".join(both))
    move(mapping)
    assert verified(mapping).verdict == "equal"
