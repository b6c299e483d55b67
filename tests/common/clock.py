"""A clock that a test sets."""


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now
