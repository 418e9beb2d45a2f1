"""A school hands in files: asks for a form, sends the file to where it says, sees what became of it, reads it again."""

from typing import Annotated

import pydantic
from chalice.app import Blueprint

from functions.api.views import View
from functions.edge import files, wiring
from functions.edge.auth import Audience
from functions.edge.contract import Call, PageQuery, Request, SeeOther, endpoint
from shared.kernel import clock, ids
from shared.kernel.ids import FileId
from shared.kernel.page import Page
from shared.materials import limits, queries, rules, usecases
from shared.materials.model import KeptFile, Kind
from shared.materials.queries import UnknownFile

blueprint = Blueprint(__name__)


class UploadRequest(Request):
    """The file that will be sent: its name, its exact size in bytes and its type."""

    kind: Annotated[Kind, pydantic.Field(strict=False)]
    name: Annotated[str, pydantic.Field(min_length=1, max_length=500)]
    size: Annotated[int, pydantic.Field(ge=0, le=2**53)]
    content_type: Annotated[str, pydantic.Field(min_length=1, max_length=100)]


class UploadView(View):
    """Post a multipart/form-data to `url` until `expires_at`: every one of `fields`, then the file as `file`.

    S3 takes exactly the declared size and type.
    """

    file_id: str
    url: str
    fields: dict[str, str]
    expires_at: str


class ReasonView(View):
    """Why a file was refused."""

    code: str
    message: str


class FileView(View):
    """A file and what became of it. `sha256` and `kept_size` (bytes) are of what is kept: pictures are written anew."""

    file_id: str
    kind: str
    name: str
    content_type: str
    size: int
    status: str
    reason: ReasonView | None
    asked_at: str
    expires_at: str
    sent_at: str | None
    decided_at: str | None
    sha256: str | None
    kept_size: int | None


@endpoint(
    blueprint,
    "POST",
    "/v1/school/uploads",
    audience=Audience.SCHOOL_ADMIN,
    request=UploadRequest,
    response=UploadView,
    status=201,
    idempotent=True,
    errors=(rules.NameNotUsable, rules.TypeNotTaken, rules.NameUnlikeType, rules.Empty, rules.TooLarge),
    summary_zh="申请上传一份文件",
    summary_en="Ask for a form to upload a file with",
)
def ask_for_upload(call: Call[UploadRequest]) -> UploadView:
    asked = call.body
    file = usecases.ask(
        file_id=FileId(wiring.new_id("fil")),
        institution_id=call.institution_id,
        kind=asked.kind,
        name=asked.name,
        size=asked.size,
        content_type=asked.content_type,
        by=call.principal.subject,
        now=call.now,
    )
    return form_of(file)


def form_of(file: KeptFile) -> UploadView:
    """The form that a file which was asked for is sent with."""
    form = files.upload_form(
        files.QUARANTINE,
        file.quarantine_key,
        size=file.size,
        content_type=file.content_type,
        life_seconds=limits.in_force().upload_link_minutes * 60,
    )
    return UploadView(
        file_id=file.file_id, url=form.url, fields=dict(form.fields), expires_at=clock.shown(file.expires_at)
    )


@endpoint(
    blueprint,
    "GET",
    "/v1/school/files",
    audience=Audience.SCHOOL_ADMIN,
    query=PageQuery,
    response=FileView,
    summary_zh="本校上传的文件",
    summary_en="The files that the school has handed in, newest first",
)
def list_school_files(call: Call[None]) -> Page[FileView]:
    page = call.page
    found = queries.list_of_institution(call.institution_id, limit=page.limit, cursor=page.cursor)
    return found.map(lambda file: view_of(file, call))


@endpoint(
    blueprint,
    "GET",
    "/v1/school/files/{file_id}",
    audience=Audience.SCHOOL_ADMIN,
    response=FileView,
    errors=(UnknownFile,),
    summary_zh="本校的一份文件及其检查结果",
    summary_en="A file of the school, and what became of it",
)
def get_school_file(call: Call[None]) -> FileView:
    return view_of(_own(call), call)


@endpoint(
    blueprint,
    "GET",
    "/v1/school/files/{file_id}/content",
    audience=Audience.SCHOOL_ADMIN,
    status=303,
    errors=(UnknownFile, rules.NotKept),
    summary_zh="下载本校已接收的文件（短时有效的地址）",
    summary_en="The address of an accepted file of the school, good for a short time",
)
def get_school_file_content(call: Call[None]) -> SeeOther:
    file = _own(call)
    rules.check_kept(file)
    return SeeOther(address_of(file))


def address_of(file: KeptFile) -> str:
    """Where an accepted file is for whoever has this address, for a short time."""
    return files.address(
        files.MATERIALS,
        file.kept_key,
        name=file.name,
        content_type=file.content_type,
        life_seconds=limits.in_force().download_link_seconds,
    )


def _own(call: Call[None]) -> KeptFile:
    """The school's own file. Raises UnknownFile."""
    told = call.path["file_id"]
    if not ids.is_id(told, "fil"):
        raise UnknownFile()
    return queries.get_of_institution(call.institution_id, FileId(told))


def view_of(file: KeptFile, call: Call[None]) -> FileView:
    """A file and what became of it, in the caller's language."""
    return FileView(
        file_id=file.file_id,
        kind=file.kind.value,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        status=file.status_at(call.now).value,
        reason=ReasonView(code=file.reason, message=rules.why(file, call.language)) if file.reason else None,
        asked_at=clock.shown(file.asked_at),
        expires_at=clock.shown(file.expires_at),
        sent_at=clock.shown(file.sent_at) if file.sent_at else None,
        decided_at=clock.shown(file.decided_at) if file.decided_at else None,
        sha256=file.sha256 or None,
        kept_size=file.kept_size or None,
    )
