"""From broker to store: every message journaled, decoded, placed, written."""
