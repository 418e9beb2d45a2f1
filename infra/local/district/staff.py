"""The bureau's staff of the local district. These passwords open nothing but a district on one's own machine."""

import base64
import hashlib
from dataclasses import dataclass

from shared.people.model import StaffRole


@dataclass(frozen=True)
class Officer:
    """A member of the staff, with what a local sign-in needs."""

    username: str
    name: str
    department: str
    role: StaffRole

    @property
    def password(self) -> str:
        """For local runs only."""
        return f"local-{self.username}"

    @property
    def totp_secret(self) -> str:
        """For local runs only."""
        return base64.b32encode(hashlib.sha256(f"local {self.username}".encode()).digest()[:20]).decode()


_DEPARTMENT = "校外教育监管科"
STAFF = (
    Officer("reviewer", "周明", _DEPARTMENT, StaffRole.REVIEWER),
    Officer("supervisor", "王敏", _DEPARTMENT, StaffRole.SUPERVISOR),
    Officer("supervisor2", "李强", _DEPARTMENT, StaffRole.SUPERVISOR),
    Officer("finance", "陈洁", "财务科", StaffRole.FINANCE_OFFICER),
    Officer("finance2", "刘波", "财务科", StaffRole.FINANCE_OFFICER),
    Officer("auditor", "赵芳", "审计科", StaffRole.AUDITOR),
    Officer("admin", "孙涛", "信息中心", StaffRole.ADMINISTRATOR),
)
