"""Pure search: which levels of a failing setup make it fail, with few probes, and the proof."""
