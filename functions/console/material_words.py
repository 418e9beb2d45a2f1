"""The words of handed-in files: how they stand, what they are, what they are opened for."""

from collections.abc import Mapping

from functions.console.words import Both
from shared.materials import limits, rules
from shared.materials.model import FileStatus, KeptFile, Kind, Purpose

STATES: Mapping[FileStatus, Both] = {
    FileStatus.WAITING: ("等待上传", "Waiting to be sent"),
    FileStatus.CHECKING: ("检查中", "Being checked"),
    FileStatus.ACCEPTED: ("已接收", "Accepted"),
    FileStatus.REFUSED: ("已拒收", "Refused"),
    FileStatus.EXPIRED: ("未上传，已过期", "Never sent"),
}

LEVELS: Mapping[FileStatus, str] = {
    FileStatus.WAITING: "grey",
    FileStatus.CHECKING: "yellow",
    FileStatus.ACCEPTED: "calm",
    FileStatus.REFUSED: "red",
    FileStatus.EXPIRED: "grey",
}

KINDS: Mapping[Kind, Both] = {kind: (of.zh, of.en) for kind, of in limits.in_force().kinds.items()}

PURPOSES: Mapping[Purpose, Both] = {
    Purpose.REVIEW: ("审核申报材料", "Reviewing a filing"),
    Purpose.INSPECTION: ("年检或现场核查", "Annual inspection or site visit"),
    Purpose.COMPLAINT: ("处理投诉举报", "Handling a complaint"),
    Purpose.AUDIT: ("审计抽查", "Audit sample"),
}


def why(file: KeptFile, language: str) -> str:
    """Why a file was refused; empty for one that wasn't."""
    return rules.why(file, language)


def size(count: int) -> str:
    """A size in bytes as people say it: 980 B, 12.3 KB, 4.0 MB."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} KB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
