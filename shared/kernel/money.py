"""Money in whole fen (分). One yuan is 100 fen. There is no fraction of a fen anywhere."""

from typing import NewType

Fen = NewType("Fen", int)


def fen(amount: object) -> Fen:
    """`amount` as Fen. Raises TypeError for anything but a whole number (True and 1.0 included)."""
    if type(amount) is not int:
        raise TypeError(f"money is whole fen, not {amount!r}")
    return Fen(amount)


def text(amount_fen: int) -> str:
    """An amount as people read it: 123456 -> '¥1,234.56', -5 -> '-¥0.05'."""
    sign = "-" if amount_fen < 0 else ""
    yuan, rest = divmod(abs(amount_fen), 100)
    return f"{sign}¥{yuan:,}.{rest:02d}"


def plain(amount_fen: int) -> str:
    """An amount as programs read it, in yuan: 123456 -> '1234.56', -5 -> '-0.05'."""
    return text(amount_fen).replace("¥", "").replace(",", "")
