"""Files that schools hand in: asked for, sent to a quarantine, checked, and kept or refused."""
