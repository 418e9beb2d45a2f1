"""Schools' users, and the invitations that make one."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from shared.dynamo import transaction
from shared.dynamo.rows import Moment, Row, meta
from shared.kernel.ids import InstitutionId, TeacherId
from shared.people import model, rules
from shared.people.store import keys


class SchoolUserRow(Row):
    Meta = meta("people")
    user_id = UnicodeAttribute()
    institution_id = UnicodeAttribute()
    teacher_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute()


class InvitationRow(Row):
    """Under the hash of its code: who reads the table can't use it."""

    Meta = meta("people")
    institution_id = UnicodeAttribute()
    teacher_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute()
    until = Moment()
    expires_at = NumberAttribute()


def put_invitation(code: str, invitation: model.Invitation) -> None:
    """Keep an invitation under its code's hash. Raises AlreadyThere."""
    row = InvitationRow(
        f"invitation#{keys.hashed(code)}",
        "invitation",
        institution_id=invitation.institution_id,
        teacher_id=invitation.teacher_id,
        name=invitation.name,
        until=invitation.expires_at,
        expires_at=int(invitation.expires_at.timestamp()),
    )
    transaction.commit([transaction.put_new(row, refused=keys.AlreadyThere())])


def find_invitation(code: str) -> model.Invitation | None:
    """An invitation that isn't used yet."""
    try:
        row = InvitationRow.get(f"invitation#{keys.hashed(code)}", "invitation", consistent_read=True)
    except InvitationRow.DoesNotExist:
        return None
    teacher_id = TeacherId(row.teacher_id) if row.teacher_id else None
    return model.Invitation(InstitutionId(row.institution_id), teacher_id, row.name, row.until)


def use_invitation(code: str, openid: str, user: model.SchoolUser) -> None:
    """Make a school's user and use the invitation up, together. Raises InvitationInvalid when it is used."""
    row = SchoolUserRow(
        f"openid#{keys.hashed(openid)}",
        "school_user",
        user_id=user.user_id,
        institution_id=user.institution_id,
        teacher_id=user.teacher_id,
        name=user.name,
    )
    used = transaction.Part(
        "delete",
        InvitationRow(f"invitation#{keys.hashed(code)}", "invitation"),
        rules.InvitationInvalid(pointer="/invitation"),
        InvitationRow.pk.exists(),
    )
    transaction.commit([used, transaction.put(row)])


def find_school_user(openid: str) -> model.SchoolUser | None:
    """The school's user of a WeChat account."""
    return find_of_account(keys.hashed(openid))


def find_of_account(account: str) -> model.SchoolUser | None:
    """The school's user of a WeChat account, by its hash."""
    try:
        row = SchoolUserRow.get(f"openid#{account}", "school_user", consistent_read=True)
    except SchoolUserRow.DoesNotExist:
        return None
    teacher_id = TeacherId(row.teacher_id) if row.teacher_id else None
    return model.SchoolUser(row.user_id, InstitutionId(row.institution_id), teacher_id, row.name)
