"""What may be asked for, and why a file is refused. A refusal of a file is kept with it by its code."""

from datetime import datetime, timedelta

from shared.kernel import errors
from shared.kernel.ids import FileId, InstitutionId
from shared.materials.limits import Limits
from shared.materials.model import FileStatus, KeptFile, Kind, Purpose

_FORBIDDEN_IN_A_NAME = frozenset('/\\:*?"<>|')
WORDS_MAX_CHARACTERS = 200


class NameNotUsable(errors.Invalid):
    code = "file_name_not_usable"
    zh = '文件名须为1至{most}个字符，不含控制字符和 / \\ : * ? " < > |。'
    en = "A file's name has 1 to {most} characters, no control characters and none of / \\ : * ? \" < > |."


class TypeNotTaken(errors.Invalid):
    code = "file_type_not_taken"
    zh = "该用途不接收 {content_type}；接收：{taken}。"
    en = "{content_type} isn't taken for this kind; taken are {taken}."


class NameUnlikeType(errors.Invalid):
    code = "file_name_unlike_type"
    zh = "{content_type} 文件的名称应以 {endings} 结尾。"
    en = "The name of a file of type {content_type} ends with {endings}."


class TooLarge(errors.Invalid):
    code = "upload_too_large"
    zh = "文件超过 {most} 字节。"
    en = "The file has more than {most} bytes."


class Empty(errors.Invalid):
    code = "file_empty"
    zh = "文件是空的（0字节）。"
    en = "The file is empty (0 bytes)."


class SizeDiffers(errors.Invalid):
    code = "file_size_differs"
    zh = "收到 {size} 字节，申报的是 {declared} 字节。"
    en = "{size} bytes came; {declared} were declared."


class SentTooLate(errors.Invalid):
    code = "file_sent_too_late"
    zh = "上传凭证已过期，请重新申请上传。"
    en = "It was sent after its form had expired. Ask for an upload again."


class ContentDiffers(errors.Invalid):
    code = "file_content_differs"
    zh = "内容不是申报的 {declared}，而是 {found}。"
    en = "The content isn't {declared}, as was declared, but {found}."


class ProgramOrArchive(errors.Invalid):
    code = "file_program_or_archive"
    zh = "内容是程序或压缩包（{found}），不接收。"
    en = "The content is a program or an archive ({found}), which isn't taken."


class Malicious(errors.Invalid):
    code = "file_malicious"
    zh = "检出恶意内容：{found}。"
    en = "Malicious content was found: {found}."


class PictureTooLarge(errors.Invalid):
    code = "picture_too_large"
    zh = "图片展开后为 {pixels} 像素，最多 {most} 像素。"
    en = "Unpacked, the picture has {pixels} pixels; at most {most} are taken."


class PictureUnreadable(errors.Invalid):
    code = "picture_unreadable"
    zh = "图片已损坏或无法读取。"
    en = "The picture is damaged or can't be read."


class PdfUnreadable(errors.Invalid):
    code = "pdf_unreadable"
    zh = "PDF 文件不完整或无法读取。"
    en = "The PDF isn't whole, or can't be read."


class PdfActive(errors.Invalid):
    code = "pdf_active"
    zh = "PDF 含有可执行内容或附件（{found}），不接收；请另存为普通 PDF。"
    en = "The PDF has active content or attachments ({found}), which isn't taken. Save it as a plain PDF."


class NotKept(errors.Conflict):
    code = "file_not_kept"
    zh = "文件未通过检查，不能打开。"
    en = "The file isn't one that was accepted, so it can't be opened."


class PurposeMissing(errors.Invalid):
    code = "purpose_missing"
    zh = "请选择查阅目的。"
    en = "Choose what the file is opened for."


class WordsMissing(errors.Invalid):
    code = "purpose_words_missing"
    zh = "请用1至{most}个字写明查阅事由。"
    en = "Say in 1 to {most} characters what the file is opened for."


REFUSALS: dict[str, type[errors.Refusal]] = {
    one.code: one
    for one in (
        Empty,
        TooLarge,
        SizeDiffers,
        SentTooLate,
        ContentDiffers,
        ProgramOrArchive,
        Malicious,
        PictureTooLarge,
        PictureUnreadable,
        PdfUnreadable,
        PdfActive,
    )
}
"""Why a file that came isn't kept, by code."""


def why(file: KeptFile, language: str) -> str:
    """Why a file was refused, in `language` ('zh' or 'en'); empty for one that wasn't."""
    if not file.reason:
        return ""
    return REFUSALS[file.reason](**file.figures).sentence(language)


def ask(
    *,
    file_id: FileId,
    institution_id: InstitutionId,
    kind: Kind,
    name: str,
    size: int,
    content_type: str,
    by: str,
    limits: Limits,
    now: datetime,
) -> KeptFile:
    """A file that may be sent until `upload_link_minutes` from now; `size` in bytes.

    Raises NameNotUsable, TypeNotTaken, NameUnlikeType, Empty, TooLarge.
    """
    of_kind = limits.kinds[kind]
    name = name.strip()
    if not 1 <= len(name) <= limits.name_max_characters or not name.isprintable() or _FORBIDDEN_IN_A_NAME & set(name):
        raise NameNotUsable(pointer="/name", most=limits.name_max_characters)
    if content_type not in of_kind.types:
        raise TypeNotTaken(pointer="/content_type", content_type=content_type, taken=", ".join(of_kind.types))
    endings = limits.types[content_type]
    if not name.lower().endswith(endings) or name.lower() in endings:
        raise NameUnlikeType(pointer="/name", content_type=content_type, endings=" / ".join(endings))
    if size == 0:
        raise Empty(pointer="/size")
    if size > of_kind.max_bytes:
        raise TooLarge(pointer="/size", most=of_kind.max_bytes)
    return KeptFile(
        file_id=file_id,
        institution_id=institution_id,
        kind=kind,
        name=name,
        content_type=content_type,
        size=size,
        asked_by=by,
        asked_at=now,
        expires_at=now + timedelta(minutes=limits.upload_link_minutes),
    )


def check_arrival(file: KeptFile, *, size: int, limits: Limits) -> None:
    """Hold what came to its form, whatever the bucket let in. `size` in bytes.

    Raises Empty, TooLarge, SizeDiffers, SentTooLate.
    """
    assert file.sent_at is not None
    if size == 0:
        raise Empty()
    most = limits.kinds[file.kind].max_bytes
    if size > most:
        raise TooLarge(most=most)
    if size != file.size:
        raise SizeDiffers(size=size, declared=file.size)
    if file.sent_at > file.expires_at + timedelta(minutes=limits.upload_late_minutes):
        raise SentTooLate()


def check_kept(file: KeptFile) -> None:
    """Only what was accepted is given to anybody. Raises NotKept."""
    if file.status is not FileStatus.ACCEPTED:
        raise NotKept()


def check_reading(file: KeptFile, *, purpose: str, words: str) -> None:
    """Raises NotKept, PurposeMissing, WordsMissing."""
    check_kept(file)
    if purpose not in set(Purpose):
        raise PurposeMissing(pointer="/purpose")
    if not 1 <= len(words.strip()) <= WORDS_MAX_CHARACTERS:
        raise WordsMissing(pointer="/words", most=WORDS_MAX_CHARACTERS)
