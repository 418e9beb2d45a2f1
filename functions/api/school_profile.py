"""What a school wants published of itself: certificates, teachers, rooms; submitted, reviewed by the bureau."""

from datetime import date
from typing import Annotated, Literal

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge import publishing, wiring
from functions.edge.auth import Audience
from functions.edge.contract import Call, Id, PageQuery, Request, endpoint
from shared.institutions import store as institutions
from shared.institutions.model import CertificateKind
from shared.institutions.store import UnknownInstitution
from shared.kernel import clock, errors, ids
from shared.kernel.ids import FileId, ProfileChangeId
from shared.kernel.page import Page
from shared.mall import usage
from shared.mall.model import CATEGORIES
from shared.materials import queries as materials
from shared.materials.model import FileStatus
from shared.materials.model import Kind as FileKind
from shared.materials.queries import UnknownFile
from shared.personnel import rules as personnel
from shared.personnel import usecases as persons
from shared.profiles import rules, store, usecases
from shared.profiles.model import FileRef, Kind, ProfileChange
from shared.profiles.store import UnknownProfileChange

blueprint = Blueprint(__name__)

Text = Annotated[str, pydantic.Field(min_length=1, max_length=100, pattern=r"\S")]
Day = Annotated[date, pydantic.Field(strict=False)]
Subject = Annotated[str, pydantic.Field(pattern=f"^({'|'.join(one.code for one in CATEGORIES)})$")]


class CertificateContent(Request):
    """A certificate, valid through `valid_to`."""

    kind: Literal["certificate"]
    certificate: Annotated[CertificateKind, pydantic.Field(strict=False)]
    number: Text
    issuer: Text
    valid_from: Day
    valid_to: Day


class TeacherContent(Request):
    """A teacher. `serves_public_school` is the school's own declaration; `valid_to` null: it doesn't end."""

    kind: Literal["teacher"]
    name: Text
    subject: Subject
    qualification: Text
    qualification_no: Annotated[str, pydantic.Field(pattern="^[0-9A-Za-z-]{6,40}$")]
    valid_to: Day | None = None
    serves_public_school: Literal["yes", "no"]


class RoomContent(Request):
    """A place where is taught; `area_m2` in whole square metres."""

    kind: Literal["room"]
    caption: Text
    area_m2: Annotated[int, pydantic.Field(gt=0, le=100_000)]


Content = Annotated[CertificateContent | TeacherContent | RoomContent, pydantic.Field(discriminator="kind")]


class ProfileChangeRequest(Request):
    """`item_id` names what is published and shall be another; without it the item is new."""

    item_id: Id | None = None
    item: Content
    file_id: Id | None = None


class WithdrawalRequest(Request):
    """The item that shall be published no more."""

    item_id: Id


class ProfileEditRequest(Request):
    """What the change is to say from now on."""

    item: Content
    file_id: Id | None = None


class SubmissionRequest(Request):
    """Nothing needs to be said."""


class ProfileFileView(View):
    file_id: str
    name: str
    sha256: str


class ProfileChangeView(View):
    """A change. `edits` is its ETag: edits and submissions name it by If-Match.

    `replaced_by` is the change of the same item that was handed in while this one (status `replaced`) waited.
    """

    change_id: str
    item_id: str
    kind: str
    withdraws: bool
    content: dict[str, str]
    file: ProfileFileView | None
    status: str
    edits: int
    made_at: str
    submitted_at: str | None
    decided_at: str | None
    reason: str
    replaced_by: str | None


class UnknownItem(errors.Missing):
    code = "unknown_profile_item"
    zh = "没有公示过这一项。"
    en = "There is no such published item."


class OtherKind(errors.Invalid):
    code = "profile_item_other_kind"
    zh = "这一项不是该类信息。"
    en = "The item is of another kind."


class FileNotUsable(errors.Conflict):
    code = "file_not_usable"
    zh = "该文件尚未通过检查，或类型不符：教学环境须为图片。"
    en = "The file isn't accepted, or is of the wrong kind: the picture of a room is a picture."


_REFUSED = (
    UnknownFile,
    FileNotUsable,
    OtherKind,
    rules.ValidityBackwards,
    rules.AlreadyExpired,
    rules.ServingTeacher,
)


@endpoint(
    blueprint,
    "POST",
    "/v1/school/profile/changes",
    audience=Audience.SCHOOL_ADMIN,
    request=ProfileChangeRequest,
    response=ProfileChangeView,
    status=201,
    idempotent=True,
    errors=(UnknownInstitution, UnknownItem, *_REFUSED),
    summary_zh="起草一项公示信息变更（证书、教师或教学环境）",
    summary_en="Draft a change of what is published: a certificate, a teacher or a room",
)
def draft_profile_change(call: Call[ProfileChangeRequest]) -> ProfileChangeView:
    kind = Kind(call.body.item.kind)
    item_id = call.body.item_id
    if item_id is not None:
        _check_published(call, item_id, kind)
    return _drafted(
        call,
        kind,
        item_id or wiring.new_id("tch" if kind is Kind.TEACHER else "itm"),
        call.body.item,
        call.body.file_id,
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/school/profile/withdrawals",
    audience=Audience.SCHOOL_ADMIN,
    request=WithdrawalRequest,
    response=ProfileChangeView,
    status=201,
    idempotent=True,
    errors=(UnknownInstitution, UnknownItem),
    summary_zh="起草撤下一项公示信息",
    summary_en="Draft that an item is published no more",
)
def draft_profile_withdrawal(call: Call[WithdrawalRequest]) -> ProfileChangeView:
    kind = _check_published(call, call.body.item_id, None)
    return _drafted(call, kind, call.body.item_id, None, None)


@endpoint(
    blueprint,
    "PUT",
    "/v1/school/profile/changes/{change_id}",
    audience=Audience.SCHOOL_ADMIN,
    request=ProfileEditRequest,
    response=ProfileChangeView,
    conditional=True,
    errors=(UnknownProfileChange, rules.ChangeNotOpen, rules.EditedMeanwhile, *_REFUSED),
    summary_zh="修改草稿或被退回的变更",
    summary_en="Write a draft, or a change that came back, anew",
)
def edit_profile_change(call: Call[ProfileEditRequest]) -> ProfileChangeView:
    change = _own(call)
    if change.kind != call.body.item.kind or change.withdraws:
        raise OtherKind(pointer="/item/kind")
    return _view(
        usecases.edit(
            institution_id=call.institution_id,
            change_id=change.change_id,
            edits=call.edits,
            content=_content(call.body.item),
            file=_file(call, change.kind, call.body.file_id),
            now=call.now,
        )
    )


@endpoint(
    blueprint,
    "POST",
    "/v1/school/profile/changes/{change_id}/submission",
    audience=Audience.SCHOOL_ADMIN,
    request=SubmissionRequest,
    response=ProfileChangeView,
    idempotent=True,
    conditional=True,
    errors=(
        UnknownProfileChange,
        rules.ChangeNotOpen,
        rules.EditedMeanwhile,
        rules.AlreadyExpired,
        usage.StillInUse,
        personnel.TeacherBlacklisted,
        personnel.TeacherServesPublicSchool,
        personnel.QualificationNoWrong,
    ),
    summary_zh="提交变更，由教育部门审核",
    summary_en="Hand a change to the bureau",
)
def submit_profile_change(call: Call[SubmissionRequest]) -> ProfileChangeView:
    change = _own(call)
    if change.kind is Kind.TEACHER and not change.withdraws:
        persons.check_may_teach(qualification_no=change.content["qualification_no"], now=call.now)
    publishing.held_free(change, now=call.now)
    return _view(
        usecases.submit(institution_id=call.institution_id, change_id=change.change_id, edits=call.edits, now=call.now)
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/school/profile/changes",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=ProfileChangeView,
    summary_zh="本校公示信息的变更及审核结果",
    summary_en="The school's changes and what the bureau said, newest first",
)
def list_profile_changes(call: Call[None]) -> Page[ProfileChangeView]:
    return store.list_of(call.institution_id, limit=call.page.limit, cursor=call.page.cursor).map(_view)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/profile/changes/{change_id}",
    audience=Audience.SCHOOL_ADMIN,
    response=ProfileChangeView,
    errors=(UnknownProfileChange,),
    summary_zh="一项公示信息变更",
    summary_en="One change of what is published",
)
def get_profile_change(call: Call[None]) -> ProfileChangeView:
    return _view(_own(call))


def _drafted(
    call: Call[ProfileChangeRequest] | Call[WithdrawalRequest],
    kind: Kind,
    item_id: str,
    item: CertificateContent | TeacherContent | RoomContent | None,
    file_id: str | None,
) -> ProfileChangeView:
    change = ProfileChange(
        change_id=ProfileChangeId(wiring.new_id("chg")),
        institution_id=call.institution_id,
        kind=kind,
        item_id=item_id,
        withdraws=item is None,
        content=_content(item) if item else {},
        file=_file(call, kind, file_id),
        made_by=call.principal.subject,
        made_at=call.now,
    )
    return _view(usecases.draft(change=change))


def _check_published(
    call: Call[ProfileChangeRequest] | Call[WithdrawalRequest], item_id: str, kind: Kind | None
) -> Kind:
    """What kind a published item is. Raises UnknownItem, OtherKind."""
    item = publishing.item_of(institutions.get(call.institution_id), item_id)
    if item is None:
        raise UnknownItem(pointer="/item_id")
    found = publishing.kind_of(item)
    if kind not in (None, found):
        raise OtherKind(pointer="/item/kind")
    return found


def _content(item: CertificateContent | TeacherContent | RoomContent) -> dict[str, str]:
    told = item.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
    return {name: str(value) for name, value in told.items()}


def _file(
    call: Call[ProfileChangeRequest] | Call[ProfileEditRequest] | Call[WithdrawalRequest],
    kind: Kind,
    file_id: str | None,
) -> FileRef | None:
    """The school's own accepted file. Raises UnknownFile, FileNotUsable."""
    if file_id is None:
        return None
    if not ids.is_id(file_id, "fil"):
        raise UnknownFile(pointer="/file_id")
    file = materials.get_of_institution(call.institution_id, FileId(file_id))
    if file.status is not FileStatus.ACCEPTED or (kind is Kind.ROOM and file.kind is not FileKind.PICTURE):
        raise FileNotUsable(pointer="/file_id")
    return FileRef(file.file_id, file.name, file.sha256)


def _own(call: Call[None] | Call[ProfileEditRequest] | Call[SubmissionRequest]) -> ProfileChange:
    return store.get(call.institution_id, ProfileChangeId(call.path["change_id"]))


def _view(change: ProfileChange) -> ProfileChangeView:
    return ProfileChangeView(
        change_id=change.change_id,
        item_id=change.item_id,
        kind=change.kind.value,
        withdraws=change.withdraws,
        content=dict(change.content),
        file=ProfileFileView(**vars(change.file)) if change.file else None,
        status=change.status.value,
        edits=change.edits,
        made_at=clock.shown(change.made_at),
        submitted_at=clock.shown(change.submitted_at) if change.submitted_at else None,
        decided_at=clock.shown(change.decided_at) if change.decided_at else None,
        reason=change.reason,
        replaced_by=change.replaced_by,
    )
