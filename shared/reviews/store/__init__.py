"""Where reviews, ratings and reports are kept."""
