"""The package, built once for all tests that look at it."""

import json
import platform
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.package import build


@dataclass(frozen=True)
class Package:
    """The built zip, what is in it, and the template beside it."""

    zip: Path
    unzipped: Path
    template_path: Path
    template: dict[str, Any]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.template["Resources"]
        return found

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """The properties of each function, by logical name."""
        kind = "AWS::Serverless::Function"
        return {name: told["Properties"] for name, told in self.resources.items() if told["Type"] == kind}

    def files(self) -> dict[str, bytes]:
        """What is in the zip, by name."""
        with zipfile.ZipFile(self.zip) as opened:
            return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """Built for this machine's kind of processor, so that it can be run here."""
    folder = tmp_path_factory.mktemp("package")
    arm = platform.machine() in ("aarch64", "arm64")
    built = build.build(folder / "dist", architecture="arm64" if arm else "x86_64")
    with zipfile.ZipFile(built.zip) as opened:
        opened.extractall(folder / "unzipped")
    told = json.loads(built.template.read_text(encoding="utf-8"))
    return Package(built.zip, folder / "unzipped", built.template, told)
