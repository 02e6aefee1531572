"""A page in real Chromium: opened beside the front, watched and pressed."""
