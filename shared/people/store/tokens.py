"""Tokens whose holder has signed out."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute

from shared.dynamo.rows import Row, meta


class RevokedRow(Row):
    Meta = meta("people")
    expires_at = NumberAttribute()


def revoke(token_id: str, *, until: datetime) -> None:
    """Keep that a token is no longer good, until it would have expired anyway."""
    RevokedRow(f"revoked#{token_id}", "revoked", expires_at=int(until.timestamp())).save()


def is_revoked(token_id: str) -> bool:
    """Whether a token's holder has signed out."""
    try:
        RevokedRow.get(f"revoked#{token_id}", "revoked", consistent_read=True)
    except RevokedRow.DoesNotExist:
        return False
    return True
