"""Where terminations are kept. Keys are in this context's README."""
