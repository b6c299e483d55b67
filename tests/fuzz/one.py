"""Fuzz one target in this process, which ends with it: `python -m tests.fuzz.one TARGET SECONDS FOLDER`."""

import sys
from pathlib import Path

import atheris

_READERS = ["api", "hdh", "ingest", "migrate"]
_LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=4096", "-print_final_stats=1", "-verbosity=0")

with atheris.instrument_imports(include=_READERS):
    from tests.fuzz.targets import TARGETS, seeds

if __name__ == "__main__":
    name, seconds, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    corpus = folder / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [*_LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={folder}/{name}-"]
    atheris.Setup([sys.argv[0], *limits, str(corpus)], TARGETS[name])
    atheris.Fuzz()
