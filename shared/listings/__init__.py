"""White list and black list: who is on them and why, who may be, appeals, plaques."""
