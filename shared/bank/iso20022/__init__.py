"""The bank's files: camt.053 statements and camt.054 notices in, pain.001 instructions out."""
