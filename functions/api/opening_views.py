"""What the API says of whether a class opens."""

from datetime import date
from typing import Literal

from functions.api.views import View
from shared.kernel import clock
from shared.mall.opening_model import Opening


class OpeningView(View):
    """Decided as `decided_on` begins: with fewer than `minimum` paid enrolments it isn't opened, and all is refunded.

    `declared`: the school has said that it opens anyway, since `declared_at`. `paid` counts at the decision.
    """

    status: Literal["waiting", "declared", "opened", "not_opened"]
    minimum: int
    decided_on: date
    paid: int | None
    declared_at: str | None


def opening(one: Opening) -> OpeningView:
    return OpeningView(
        status=one.status.value,
        minimum=one.minimum,
        decided_on=one.check_on,
        paid=one.paid,
        declared_at=clock.shown(one.declared_at) if one.declared_at else None,
    )
