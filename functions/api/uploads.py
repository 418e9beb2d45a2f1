"""A person hands in a picture of her own, for a review or a report: the way and the check of a school's files."""

from collections.abc import Sequence
from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.school_files import FileView, UploadView, form_of, view_of
from functions.edge import wiring
from functions.edge.auth import Audience
from functions.edge.contract import Call, Request, endpoint
from shared.kernel import errors, ids
from shared.kernel.ids import FileId, InstitutionId
from shared.materials import queries, rules, usecases
from shared.materials.model import FileStatus, KeptFile, Kind
from shared.materials.queries import UnknownFile
from shared.reviews.model import Picture

blueprint = Blueprint(__name__)


class PictureRequest(Request):
    """The picture that will be sent: its name, its exact size in bytes and its type."""

    name: Annotated[str, pydantic.Field(min_length=1, max_length=500)]
    size: Annotated[int, pydantic.Field(ge=0, le=2**53)]
    content_type: Annotated[str, pydantic.Field(min_length=1, max_length=100)]


class PictureNotUsable(errors.Conflict):
    code = "picture_not_usable"
    zh = "图片尚未通过检查，或未被接收。"
    en = "The picture isn't checked yet, or wasn't accepted."


@endpoint(
    blueprint,
    "POST",
    "/v1/me/uploads",
    audience=Audience.SIGNED_IN,
    request=PictureRequest,
    response=UploadView,
    status=201,
    idempotent=True,
    errors=(rules.NameNotUsable, rules.TypeNotTaken, rules.NameUnlikeType, rules.Empty, rules.TooLarge),
    summary_zh="申请上传一张自己的图片",
    summary_en="Ask for a form to upload a picture of one's own with",
)
def ask_for_my_upload(call: Call[PictureRequest]) -> UploadView:
    asked = call.body
    file = usecases.ask(
        file_id=FileId(wiring.new_id("fil")),
        institution_id=InstitutionId(""),
        kind=Kind.PICTURE,
        name=asked.name,
        size=asked.size,
        content_type=asked.content_type,
        by=call.principal.subject,
        now=call.now,
    )
    return form_of(file)


@endpoint(
    blueprint,
    "GET",
    "/v1/me/uploads/{file_id}",
    audience=Audience.SIGNED_IN,
    response=FileView,
    errors=(UnknownFile,),
    summary_zh="自己的一张图片及其检查结果",
    summary_en="A picture of one's own, and what became of it",
)
def get_my_upload(call: Call[None]) -> FileView:
    return view_of(_own(call.principal.subject, call.path["file_id"]), call)


def pictures_of(subject: str, file_ids: Sequence[str]) -> tuple[Picture, ...]:
    """A person's own accepted pictures. Raises UnknownFile, PictureNotUsable."""
    found = [_own(subject, file_id, pointer=f"/pictures/{nth}") for nth, file_id in enumerate(file_ids)]
    for nth, file in enumerate(found):
        if file.status is not FileStatus.ACCEPTED or file.kind is not Kind.PICTURE:
            raise PictureNotUsable(pointer=f"/pictures/{nth}")
    return tuple(Picture(file.file_id, file.name) for file in found)


def _own(subject: str, file_id: str, *, pointer: str | None = None) -> KeptFile:
    try:
        if not ids.is_id(file_id, "fil"):
            raise UnknownFile()
        return queries.get_of_person(subject, FileId(file_id))
    except UnknownFile:
        raise UnknownFile(pointer=pointer) from None
