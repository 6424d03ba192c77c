"""What the API server answers when it does not do what was asked."""


class ApiError(Exception):
    """An answer other than success.

    Attributes:
        code: the HTTP status.
        reason: the API's word for it, such as `Conflict`.
        message: the API's sentence. It may repeat what was sent, a form too: it is for the
            object's own status, and is not part of the exception's text, which gets logged.
        call: what was asked, such as `apply ResourceQuota`.
        retry_after_seconds: how long it asks to wait before the next try; 0 if it does not.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        call: str = "",
        retry_after_seconds: float = 0.0,
    ) -> None:
        super().__init__(f"{code} {reason}" + (f" to {call}" if call else ""))
        self.code = code
        self.reason = reason
        self.message = message
        self.call = call
        self.retry_after_seconds = retry_after_seconds

    @property
    def is_final(self) -> bool:
        """Whether the same request would be refused again: it is wrong, not the moment."""
        return self.code in (400, 413, 422)


class FencedError(Exception):
    """A write that was not sent: this process does not hold the lease, or not surely."""
