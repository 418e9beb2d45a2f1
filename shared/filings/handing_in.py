"""What may be handed in for a case, whether all of it is there, and whether it was looked at. Pure."""

from collections.abc import Mapping
from datetime import date

from shared.filings.definitions import Catalogue, Item
from shared.filings.model import Case, FileRef, Material, Review
from shared.kernel import errors


class MaterialsMissing(errors.Invalid):
    code = "filing_materials_missing"
    zh = "还缺：{missing_zh}。"
    en = "Still missing: {missing}."


class UnknownItem(errors.Missing):
    code = "unknown_catalogue_item"
    zh = "材料目录中没有这一项。"
    en = "The catalogue has no such item."


class TooManyFiles(errors.Invalid):
    code = "filing_too_many_files"
    zh = "这一项至多 {most} 个文件，且不得重复。"
    en = "At most {most} files for this item, each once."


class WrongFileType(errors.Invalid):
    code = "filing_wrong_file_type"
    zh = "这一项不接受 {content_type}，可接受：{types}。"
    en = "This item doesn't take {content_type}, but {types}."


class FileTooLarge(errors.Invalid):
    code = "filing_file_too_large"
    zh = "这一项的文件不得超过 {most_megabytes} MB。"
    en = "A file of this item has at most {most_megabytes} MB."


class ExpiryNeeded(errors.Invalid):
    code = "filing_expiry_needed"
    zh = "请填写有效期至（晚于今天）。"
    en = "Say until when it is valid: a day after today."


class ExpiryNotAsked(errors.Invalid):
    code = "filing_expiry_not_asked"
    zh = "这一项没有有效期。"
    en = "This item has no date of expiry."


class MaterialExpired(errors.Invalid):
    code = "filing_material_expired"
    zh = "已过有效期：{missing_zh}。"
    en = "No longer valid: {missing}."


class NotReviewedYet(errors.Conflict):
    code = "filing_not_reviewed_yet"
    zh = "还有 {count} 项材料未审核。"
    en = "{count} materials aren't reviewed yet."


class NothingReturned(errors.Conflict):
    code = "filing_nothing_returned"
    zh = "没有退回的材料，无需补正。"
    en = "No material is returned, so there is nothing to correct."


class MaterialsReturned(errors.Conflict):
    code = "filing_materials_returned"
    zh = "还有 {count} 项材料被退回，应先要求补正。"
    en = "{count} materials are returned; ask for corrections first."


class NotReturned(errors.Conflict):
    code = "filing_item_not_returned"
    zh = "补正时只能更改被退回的材料。"
    en = "When correcting, only what was returned can be changed."


class NotCorrected(errors.Invalid):
    code = "filing_not_corrected"
    zh = "还未更换：{missing_zh}。"
    en = "Not corrected yet: {missing}."


def check_material(
    item: Item, files: list[tuple[FileRef, str, int]], expires_on: date | None, *, today: date
) -> tuple[FileRef, ...]:
    """The files that are handed in for an item; each with its content type and its size in bytes.

    Raises TooManyFiles, WrongFileType, FileTooLarge, ExpiryNeeded, ExpiryNotAsked.
    """
    if len(files) > item.most_files or len({ref.file_id for ref, _, _ in files}) < len(files):
        raise TooManyFiles(pointer="/files", most=item.most_files)
    for number, (_, content_type, size) in enumerate(files):
        if content_type not in item.types:
            types = ", ".join(item.types)
            raise WrongFileType(pointer=f"/files/{number}", content_type=content_type, types=types)
        if size > item.most_bytes:
            raise FileTooLarge(pointer=f"/files/{number}", most_megabytes=item.most_bytes // 1_000_000)
    if item.expires and (expires_on is None or expires_on <= today):
        raise ExpiryNeeded(pointer="/expires_on")
    if not item.expires and expires_on is not None:
        raise ExpiryNotAsked(pointer="/expires_on")
    return tuple(ref for ref, _, _ in files)


def missing(case: Case, catalogue: Catalogue) -> list[Item]:
    """What is required and wasn't handed in yet."""
    return [item for item in catalogue.items if item.required and item.code not in case.materials]


def check_handed_in(case: Case, catalogue: Catalogue) -> None:
    """Whether all that is required is there. Raises MaterialsMissing with the pointer of the first gap."""
    gaps = missing(case, catalogue)
    if gaps:
        raise MaterialsMissing(pointer=f"/materials/{gaps[0].code}", **_listed(gaps))


def check_complete(case: Case, catalogue: Catalogue, *, today: date) -> None:
    """Whether all that is required was handed in, is still valid, and all that was returned was changed.

    Raises MaterialsMissing, NotCorrected, MaterialExpired; the pointer is of the first gap.
    """
    check_handed_in(case, catalogue)
    returned = [item for item in catalogue.items if _review(case, item) is Review.RETURNED]
    if returned:
        raise NotCorrected(pointer=f"/materials/{returned[0].code}", **_listed(returned))
    over = [item for item in catalogue.items if _is_over(case, item, today)]
    if over:
        raise MaterialExpired(pointer=f"/materials/{over[0].code}", **_listed(over))


def check_reviewed(case: Case, *, returns: bool) -> None:
    """Whether every material was looked at, and some (`returns`) or none was returned.

    Raises NotReviewedYet, NothingReturned, MaterialsReturned.
    """
    reviews = [material.review for material in case.materials.values()]
    if Review.GIVEN in reviews:
        raise NotReviewedYet(count=reviews.count(Review.GIVEN))
    if returns and Review.RETURNED not in reviews:
        raise NothingReturned()
    if not returns and Review.RETURNED in reviews:
        raise MaterialsReturned(count=reviews.count(Review.RETURNED))


def changed(case: Case) -> Mapping[str, Material]:
    """What the school has handed in, or changed, in the submission that the bureau looks at."""
    return {code: one for code, one in case.materials.items() if one.round == case.round}


def _review(case: Case, item: Item) -> Review | None:
    found = case.materials.get(item.code)
    return found.review if found else None


def _is_over(case: Case, item: Item, today: date) -> bool:
    found = case.materials.get(item.code)
    return found is not None and found.expires_on is not None and found.expires_on <= today


def _listed(items: list[Item]) -> dict[str, str]:
    return {"missing_zh": "、".join(one.names[0] for one in items), "missing": ", ".join(one.names[1] for one in items)}
