"""Source code, read: which requests it makes, with what, and where each value stands.

Programs are parsed and never run. What cannot be told from the text is unknown and stays so; that
something does not stand in an excerpt proves nothing.
"""
