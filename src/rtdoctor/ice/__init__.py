"""What the program and the sandbox both need to know about ICE (RFC 8445, RFC 6544)."""
