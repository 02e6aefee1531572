"""The beginning of a body that passes, kept for the record."""

from __future__ import annotations

from codecs import getincrementaldecoder

_OF_NO_TEXT = 1000  # bytes: enough to see what it is


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
    def kept(self) -> int:
        return len(self._kept)

    @property
    def is_too_large(self) -> bool:
        """Whether more has passed than is kept."""
        return self.size > self._limit

    @property
    def is_whole_text(self) -> bool:
        """Whether ``text`` is all of the body, so that the body can be made of it again."""
        return not self.is_too_large and self._decoded() is not None

    @property
    def text(self) -> str:
        """The bytes as UTF-8. Of what is no text only the first are shown."""
        text = self._decoded()
        return self._kept[:_OF_NO_TEXT].decode("utf-8", "replace") if text is None else text

    def _decoded(self) -> str | None:
        """``None`` for what is not UTF-8; a character that the limit cuts is left out."""
        # A body that is cut may be cut within a character. Only a whole body has to end with one.
        decoder = getincrementaldecoder("utf-8")()
        try:
            return decoder.decode(bytes(self._kept), final=not self.is_too_large)
        except UnicodeDecodeError:
            return None
