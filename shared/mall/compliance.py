"""How the rules on courses, classes and sales are answered for: every rule's result, and all refusals at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel import errors


@dataclass(frozen=True)
class Result:
    """What a rule found: the value that it looked at, the limit that it holds it to, and its refusal if that is broken.

    `rule` is the code of that refusal.
    """

    rule: str
    value: str
    limit: str
    refusal: errors.Refusal | None = None


class NotCompliant(errors.Several):
    code = "course_rules"
    zh = "有 {count} 项不符合规定，请逐项修改后再提交。"
    en = "{count} rules are broken. Mend each of them, then submit again."


def result(kind: type[errors.Refusal], *, ok: bool, pointer: str, value: object, limit: object) -> Result:
    """The result of a rule whose refusal `kind` names `value` and `limit`."""
    refusal = None if ok else kind(pointer=pointer, value=value, limit=limit)
    return Result(kind.code, str(value), str(limit), refusal)


def require(results: Sequence[Result]) -> None:
    """Raises NotCompliant with every refusal among the results, if there is one."""
    broken = [one.refusal for one in results if one.refusal is not None]
    if broken:
        raise NotCompliant(broken, count=len(broken))


def require_first(results: Sequence[Result]) -> None:
    """Raises the first refusal among the results, if there is one."""
    for one in results:
        if one.refusal is not None:
            raise one.refusal
