"""The places of a setup: where two levels of one factor differ, and every mixture of them. Pure."""
