"""What every response model shares."""

import pydantic

from functions.edge.contract import Money


class View(pydantic.BaseModel):
    """A response: frozen, and exactly the documented fields."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


def money(amount_fen: int) -> Money:
    """An amount as the API says it."""
    return Money(amount_fen=amount_fen, currency="CNY")
