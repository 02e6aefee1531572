"""Renderings of a run and its diagnosis. They read values; they never fetch or judge."""
