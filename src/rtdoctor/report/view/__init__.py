"""What reports select and arrange before any format is chosen."""
