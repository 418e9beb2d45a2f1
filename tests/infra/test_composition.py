"""app.py is composition only; import-linter can't take a module, so this holds it to its layer."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imported() -> set[str]:
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    found = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return found | {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}


class TestApp:
    def test_imports_only_chalice_and_functions(self) -> None:
        allowed = ("chalice", "functions")

        assert {name for name in imported() if name.split(".")[0] not in allowed} == set()

    def test_is_imported_by_nothing_that_is_deployed(self) -> None:
        sources = [path for folder in ("functions", "shared", "events") for path in (ROOT / folder).rglob("*.py")]

        assert [path for path in sources if "import app\n" in path.read_text(encoding="utf-8")] == []
