"""Services as data: base URLs, auth headers, quirks."""
