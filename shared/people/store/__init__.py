"""Where people are kept. Keys are in this context's README."""
