"""rtdoctor: find out why a WebRTC connection to a Realtime voice API is refused."""

__version__ = "0.1.0"
