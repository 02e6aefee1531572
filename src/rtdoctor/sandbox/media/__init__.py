"""The peer that answers: SDP, ICE, the channel, and what it hears."""
