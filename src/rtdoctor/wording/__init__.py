"""The sentences and words of all outputs, in one place. Pure."""
