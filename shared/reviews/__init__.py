"""Reviews of schools by guardians, their rating; reports of an offer to pay a school privately."""
