"""Where handed-in files are noted, one module for each kind of row. Keys are in this context's README."""
