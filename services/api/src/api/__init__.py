"""The query API: store to JSON and CSV."""
