"""What the API server answers when it does not do what was asked."""


class ApiError(Exception):
    """An answer other than success.

    Attributes:
        code: the HTTP status.
        reason: the API's word for it, such as `Conflict`.
        message: the API's sentence.
    """

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message

    @property
    def is_final(self) -> bool:
        """Whether the same request would be refused again: it is wrong, not the moment."""
        return self.code in (400, 413, 422)
