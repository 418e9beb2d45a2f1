"""A guardian's consent to the use of her child's data (监护人同意): given anew, and withdrawn.

Who has withdrawn it can't enrol the child anew; contracts that were made go on. A sale looks at the child as it reads
it at its beginning. A withdrawal that commits between that and the sale's transaction changes nothing of the outcome:
the sale came first then, as it could have a moment before, and a withdrawal ends no contract.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from shared.dynamo import transaction
from shared.kernel import clock, errors
from shared.kernel.ids import GuardianId, StudentId
from shared.people import consent_texts, model
from shared.people.store import families


class ConsentTextChanged(errors.Conflict):
    code = "consent_text_changed"
    zh = "告知书已更新为第 {version} 版，请阅读后再同意。"
    en = "The text of the consent is now version {version}. Read it, then agree."


class ConsentWithdrawn(errors.Conflict):
    code = "consent_withdrawn"
    zh = "您已于 {limit} 撤回对孩子信息的同意（第 {value} 版），重新同意后方可报名。"
    en = (
        "You withdrew your consent (version {value}) to the use of the child's data on {limit}. Give it again to enrol."
    )


class ConsentOutdated(errors.Conflict):
    code = "consent_outdated"
    zh = "您同意的是第 {value} 版告知书，报名前须同意第 {limit} 版。"
    en = "You agreed to version {value} of the text; an enrolment needs version {limit}."


@dataclass(frozen=True)
class Standing:
    """What one rule on a child's consent found: the value, what it is held to, and the refusal if that is broken."""

    rule: str
    value: str
    limit: str
    refusal: errors.Refusal | None


def standing(student: model.Student, *, on: date) -> Sequence[Standing]:
    """What lets a child be enrolled on a business day, as far as its guardian's consent goes."""
    version, text = student.consent_version, consent_texts.in_force(on=on).version
    day = clock.business_day(student.consent_withdrawn_at).isoformat() if student.consent_withdrawn_at else ""
    withdrawn = ConsentWithdrawn(value=version, limit=day) if day else None
    old = version not in consent_texts.accepted(on=on)
    outdated = ConsentOutdated(value=version, limit=text) if old else None
    return (
        Standing(ConsentWithdrawn.code, version, day, withdrawn),
        Standing(ConsentOutdated.code, version, text, outdated),
    )


def check(student: model.Student, *, on: date) -> None:
    """Raises ConsentWithdrawn, ConsentOutdated."""
    for one in standing(student, on=on):
        if one.refusal is not None:
            raise one.refusal


def check_text(version: str | None, *, on: date) -> consent_texts.ConsentText:
    """The text in force, if it is the one that was read. Raises ConsentTextChanged."""
    text = consent_texts.in_force(on=on)
    if version not in (None, text.version):
        raise ConsentTextChanged(pointer="/consent_version", version=text.version)
    return text


def give(*, guardian_id: GuardianId, student_id: StudentId, version: str, now: datetime) -> model.Student:
    """Agree to the text in force; who has agreed to it and not withdrawn stays as she is.

    Raises UnknownStudent, ConsentTextChanged, Unavailable.
    """

    def attempt() -> model.Student:
        before = families.get_student(guardian_id=guardian_id, student_id=student_id)
        text = check_text(version, on=clock.business_day(now))
        if before.consent_version == text.version and before.consent_withdrawn_at is None:
            return before
        after = replace(
            before,
            consented_at=now,
            consent_version=text.version,
            consent_withdrawn_at=None,
            consents=before.consents + 1,
        )
        families.write_consent(before, after)
        return after

    return transaction.retried(attempt)


def withdraw(*, guardian_id: GuardianId, student_id: StudentId, now: datetime) -> model.Student:
    """Withdraw the consent that stands; twice is once. Raises UnknownStudent, Unavailable."""

    def attempt() -> model.Student:
        before = families.get_student(guardian_id=guardian_id, student_id=student_id)
        if before.consent_withdrawn_at is not None:
            return before
        after = replace(before, consent_withdrawn_at=now)
        families.write_consent(before, after)
        return after

    return transaction.retried(attempt)
