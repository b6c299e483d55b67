"""The SQLite store: the embedded default, for processes of one user on one machine."""
