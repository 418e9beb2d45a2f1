"""Takes off the lists whose last day there is over. Nightly, 00:05; the latches know the day by themselves."""

from collections.abc import Iterator

from chalice.app import Blueprint, Cron

from functions.edge import listing_acts, scheduled, wiring
from shared.kernel import clock
from shared.listings import store
from shared.listings.model import ChangeKind, Listing, ListName

blueprint = Blueprint(__name__)

_PAGE = 100
BY = "end-of-listing"  # who takes it off in its history: no person


@blueprint.schedule(Cron("5", "16", "*", "*", "?", "*"))
@scheduled.run
def end_listings() -> dict[str, int]:
    """Twice is once: what is off a list isn't on it for the second run."""
    now = wiring.now()
    today = clock.business_day(now)

    def end(listing: Listing) -> bool:
        listing_acts.take_off(
            institution_id=listing.institution_id,
            kind=ChangeKind.LAPSED,
            reason=f"期限至 {listing.until} 届满",
            proposed_by=BY,
            approved_by=BY,
            now=now,
        )
        return True

    over = [one for one in _listed() if one.until is not None and one.until < today]
    return {"ended": scheduled.each("end_listings", over, end, key=lambda one: one.institution_id)}


def _listed() -> Iterator[Listing]:
    for of in ListName:
        cursor: str | None = None
        while True:
            page = store.list_page(of, limit=_PAGE, cursor=cursor)
            yield from page.rows
            cursor = page.next_cursor
            if cursor is None:
                break
