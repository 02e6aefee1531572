"""The beginning of a body that passes, kept for the record."""

from __future__ import annotations


class BodyCopy:
    """Keeps at most ``limit`` bytes, and counts all of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.size = 0

    def add(self, data: bytes) -> None:
        self._kept += data[: max(0, self._limit - len(self._kept))]
        self.size += len(data)

    @property
    def is_whole(self) -> bool:
        return self.size <= self._limit

    @property
    def text(self) -> str:
        """The bytes as UTF-8; what is not is shown by replacement characters."""
        return self._kept.decode("utf-8", "replace")

    @property
    def is_whole_text(self) -> bool:
        """Whether ``text`` is all of the body, so that the body can be made of it again."""
        return self.is_whole and self.text.encode() == self._kept
