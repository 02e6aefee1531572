"""What is known about failures: dated entries with sources, and what tells them apart."""
