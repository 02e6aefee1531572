"""What people paste or point at, as a setup."""
