"""Who of the staff did something, by name."""

from collections.abc import Iterable

from shared.people import queries as people


def names(usernames: Iterable[str]) -> dict[str, str]:
    """How the holders of these usernames are told; one that is nobody's is told as it is."""
    found = {username: people.find_staff(username) for username in set(usernames) if username}
    return {username: f"{staff.name} ({username})" if staff else username for username, staff in found.items()}
