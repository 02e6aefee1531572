"""What a pasted error, log or code fragment points to; nothing is sent."""
