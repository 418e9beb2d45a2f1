"""Where money is kept. Keys are in this context's README."""
