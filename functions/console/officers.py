"""Who of the staff did something, by name."""

from collections.abc import Iterable

from shared.people import queries as people


def names(usernames: Iterable[str]) -> dict[str, str]:
    """How the holders of these usernames are told; one that is nobody's is told as it is."""
    asked = {username for username in usernames if username}
    known = people.names_of_staff(asked)
    return {username: f"{known[username]} ({username})" if username in known else username for username in asked}
