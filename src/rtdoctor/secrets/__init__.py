"""What is secret, how it is found in whatever is about to be written, and how it is masked."""
