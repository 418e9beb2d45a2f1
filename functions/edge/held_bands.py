"""How much families' money the bank holds of a school, as everybody may know it: a wide band, never the amount.

The lowest band reaches from nothing to what many families together have paid at the most that one may be charged, so
that no band tells whether there is a family's money, or how much.
"""

from dataclasses import dataclass

from shared.policy.model import Policy

_TEN_THOUSAND_YUAN = 1_000_000  # 万元, in fen


@dataclass(frozen=True)
class Band:
    """From so many fen to less than so many; None: no upper end."""

    from_fen: int
    to_fen: int | None

    @property
    def name(self) -> tuple[str, str]:
        """In Chinese and in English."""
        if self.to_fen is None:
            return f"{_wan(self.from_fen)}万元以上", f"{_yuan(self.from_fen)} yuan or more"
        if not self.from_fen:
            return f"不足{_wan(self.to_fen)}万元", f"less than {_yuan(self.to_fen)} yuan"
        return (
            f"{_wan(self.from_fen)}万元至{_wan(self.to_fen)}万元",
            f"{_yuan(self.from_fen)} to {_yuan(self.to_fen)} yuan",
        )


def band(held_fen: int, policy: Policy) -> Band:
    """The band that an amount is in."""
    ends = sorted({policy.held_band_first_fen, policy.held_band_second_fen, policy.held_band_third_fen})
    reached = [end for end in ends if end <= held_fen]
    return Band(reached[-1] if reached else 0, next((end for end in ends if end > held_fen), None))


def _wan(fen: int) -> str:
    return f"{fen / _TEN_THOUSAND_YUAN:g}"


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}"
