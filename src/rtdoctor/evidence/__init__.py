"""Journal, redaction (one choke point), cassettes, canonical SDP."""
