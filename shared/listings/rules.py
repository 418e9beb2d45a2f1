"""When a school is eligible, and when it may be put on a list, taken off, or appeal. Pure."""

from datetime import date

from shared.kernel import errors, money
from shared.kernel.money import Fen
from shared.listings.model import Appeal, AppealStatus, Eligibility, Fact, Listing, ListName, Observed, Rule

MOST_TEXT = 500


class AlreadyListed(errors.Conflict):
    code = "already_listed"
    zh = "该机构已在该名单上。"
    en = "The institution is on this list already."


class NotListed(errors.Conflict):
    code = "not_listed"
    zh = "该机构不在名单上。"
    en = "The institution is on no list."


class BlacklistedStays(errors.Conflict):
    code = "blacklisted_stays"
    zh = "该机构在黑名单上，须先移出。"
    en = "The institution is on the black list: it has to be taken off first."


class NotEligible(errors.Conflict):
    code = "not_eligible"
    zh = "该机构目前不具备资格：{missing_zh}。"
    en = "The institution isn't eligible now: {missing}."


class ListingEndsTooEarly(errors.Invalid):
    code = "listing_ends_too_early"
    zh = "到期日须晚于今日；无期限请留空。"
    en = "The last day must be after today; leave it empty for no end."


class EvidenceNeeded(errors.Invalid):
    code = "evidence_needed"
    zh = "请写明依据（至多{most}字）。"
    en = "Say what shows it, in {most} characters at most."


class NothingToAppeal(errors.Conflict):
    code = "nothing_to_appeal"
    zh = "本校不在黑名单上，无可申诉。"
    en = "The school isn't on the black list: there is nothing to appeal against."


class AlreadyAppealed(errors.Conflict):
    code = "already_appealed"
    zh = "对这次列入已提出过申诉。"
    en = "This listing has been appealed against already."


class AppealTextNeeded(errors.Invalid):
    code = "appeal_text_needed"
    zh = "请写明申诉理由（至多{most}字）。"
    en = "Say why you appeal, in {most} characters at most."


class AppealAnswered(errors.Conflict):
    code = "appeal_answered"
    zh = "该申诉已答复，或所申诉的列入已不再有效。"
    en = "The appeal is answered already, or what it is against holds no more."


def eligibility(seen: Observed, *, on: date, red_alert_days: int) -> Eligibility:
    """Whether a school is eligible on a business day, with every fact.

    Alerts don't close: a red one counts for `red_alert_days` (assumed).
    """
    listing = seen.listing
    black = listing.on is ListName.BLACK and (listing.until is None or on <= listing.until)
    overdue = seen.short_due_on is not None and seen.short_due_on < on
    short = overdue or seen.balance_fen < seen.required_fen
    facts = [
        Fact(Rule.STATUS, seen.licensed, True, seen.status, since=seen.status_since),
        Fact(
            Rule.LICENCE,
            on <= seen.licence_valid_to,
            True,
            seen.licence_valid_to.isoformat(),
            f"≥ {on}",
            seen.licence_valid_to if on > seen.licence_valid_to else None,
        ),
        Fact(Rule.BLACKLIST, not black, True, listing.reason if black else "", since=listing.at if black else None),
        Fact(Rule.FROZEN, not seen.frozen, True, since=seen.frozen_since if seen.frozen else None),
        Fact(
            Rule.MINIMUM_BALANCE,
            not short,
            overdue,
            money.text(Fen(seen.balance_fen)),
            f"≥ {money.text(Fen(seen.required_fen))}" + (f", {seen.short_due_on}" if seen.short_due_on else ""),
            seen.short_since,
        ),
        Fact(
            Rule.RED_ALERTS,
            not seen.red_alerts,
            False,
            str(seen.red_alerts),
            f"0 / {red_alert_days} d",
            seen.last_red_alert,
        ),
    ]
    if seen.inspection_passed is not None:
        year = str(seen.inspection_year)
        facts.append(Fact(Rule.INSPECTION, seen.inspection_passed, False, seen.inspection, year, seen.inspected_on))
    if seen.ports_offline is not None:
        facts.append(Fact(Rule.PORTS, not seen.ports_offline, value=str(seen.ports_offline), limit="0"))
    return Eligibility(tuple(facts))


def check_listing(listing: Listing, becomes: ListName, *, evidence: str, until: date | None, on: date) -> str:
    """Whether a school may be put on a list; the evidence, trimmed.

    Raises AlreadyListed, BlacklistedStays, ListingEndsTooEarly, EvidenceNeeded.
    """
    if listing.on is becomes:
        raise AlreadyListed()
    if listing.on is ListName.BLACK:
        raise BlacklistedStays()
    if until is not None and until <= on:
        raise ListingEndsTooEarly(pointer="/until")
    told = evidence.strip()
    if not told or len(told) > MOST_TEXT:
        raise EvidenceNeeded(pointer="/evidence", most=MOST_TEXT)
    return told


def check_removal(listing: Listing) -> ListName:
    """The list that it is taken off. Raises NotListed."""
    if listing.on is None:
        raise NotListed()
    return listing.on


def check_appeal(listing: Listing, text: str) -> str:
    """Whether a school may appeal; its text, trimmed. Raises NothingToAppeal, AlreadyAppealed, AppealTextNeeded."""
    if listing.on is not ListName.BLACK:
        raise NothingToAppeal()
    if listing.appealed == listing.changes:
        raise AlreadyAppealed()
    told = text.strip()
    if not told or len(told) > MOST_TEXT:
        raise AppealTextNeeded(pointer="/text", most=MOST_TEXT)
    return told


def check_answerable(listing: Listing, appeal: Appeal) -> None:
    """Raises AppealAnswered, also when the listing that it is against is over."""
    if appeal.status is not AppealStatus.OPEN or listing.on is not ListName.BLACK or listing.changes != appeal.nth:
        raise AppealAnswered()
