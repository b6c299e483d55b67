"""Errors typed by what the one who catches them should do."""


class HdhError(Exception):
    """The base of all errors that this project raises on purpose; its text is a sentence for a person."""


class Retryable(HdhError):
    """Time can heal it: keep the work, wait, try again.

    Attributes:
        retry_after: seconds that the other side asked to wait, or None.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Misconfigured(HdhError):
    """Only an operator can heal it: keep the work, say so, do not hammer."""


class Invalid(HdhError):
    """What was asked for is wrong: tell the one who asked.

    Attributes:
        parameter: the name of what is wrong, as the asker knows it.
        value: what was given.
        remedy: what to give instead.
    """

    def __init__(self, message: str, *, parameter: str, value: object, remedy: str) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.parameter}={self.value!r}: {super().__str__()} {self.remedy}"
