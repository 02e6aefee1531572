"""A run and its diagnosis for the terminal."""
