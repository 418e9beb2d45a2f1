"""Where statements, their lines, breaks and files are kept. Keys are in this context's README."""
