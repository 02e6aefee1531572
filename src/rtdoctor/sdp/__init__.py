"""Reading SDP that strangers wrote (RFC 8866, RFC 8829)."""
