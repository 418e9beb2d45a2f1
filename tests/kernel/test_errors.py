import importlib
import pkgutil
import re

import pytest

import functions
import shared
from shared.kernel import errors

KINDS = {
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.Limited: 429,
    errors.Unavailable: 503,
}


def every_refusal() -> list[type[errors.Refusal]]:
    for root in (shared, functions):
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            importlib.import_module(module.name)
    found, rest = [], [errors.Refusal]
    while rest:
        kind = rest.pop()
        rest += kind.__subclasses__()
        if hasattr(kind, "code") and kind.__module__.split(".")[0] in ("shared", "functions"):
            found.append(kind)
    return found


class TestRefusal:
    @pytest.mark.parametrize(("kind", "status"), KINDS.items())
    def test_each_kind_has_its_status(self, kind: type[errors.Refusal], status: int) -> None:
        assert kind.status == status

    def test_a_sentence_carries_the_figures_it_was_raised_with(self) -> None:
        class SoldOut(errors.Conflict):
            code = "sold_out"
            zh = "{seats} 个座位已满。"
            en = "All {seats} seats are taken."

        refusal = SoldOut(seats=30, pointer="/offering_id")
        assert (refusal.sentence("zh"), refusal.sentence("en")) == ("30 个座位已满。", "All 30 seats are taken.")
        assert str(refusal) == "sold_out: All 30 seats are taken."
        assert refusal.pointer == "/offering_id"

    def test_every_refusal_has_a_stable_code_and_says_the_same_figures_in_chinese_and_english(self) -> None:
        wrong = []
        for kind in every_refusal():
            figures = [sorted(re.findall(r"{(\w+?)(?:_zh)?\b", text)) for text in (kind.zh, kind.en)]
            chinese = re.search(r"[\u4e00-\u9fff]", kind.zh) is not None
            if not re.fullmatch(r"[a-z_]+", kind.code) or figures[0] != figures[1] or not chinese:
                wrong.append(kind.__qualname__)
        assert wrong == []

    def test_one_code_always_means_one_sentence(self) -> None:
        sentences: dict[str, set[str]] = {}
        for kind in every_refusal():
            sentences.setdefault(kind.code, set()).add(kind.en)
        assert {code: found for code, found in sentences.items() if len(found) > 1} == {}
