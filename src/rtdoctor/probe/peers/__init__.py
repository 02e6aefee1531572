"""The WebRTC engines behind one port."""
