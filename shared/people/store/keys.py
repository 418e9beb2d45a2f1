"""What the stores of people share: secrets are kept as hashes, and what is there isn't made again."""

import hashlib

from shared.kernel import errors


class AlreadyThere(errors.Conflict):
    code = "already_there"
    zh = "已存在。"
    en = "It is there already."


def hashed(secret: str) -> str:
    """A secret as it is kept: who reads the table can't use it. Only for secrets that can't be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()
