"""From the tree to `hui.zip` and `template.json`."""

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infra.package import archive, stage, template

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURES = ("x86_64", "arm64")

_CHALICE = "from chalice.cli import main; main()"
_REGION = "cn-north-1"  # Chalice asks for one; the template fits every region


@dataclass(frozen=True)
class Built:
    """Where the two files are."""

    zip: Path
    template: Path


def build(out: Path, *, architecture: str = "x86_64", root: Path = ROOT) -> Built:
    """Build from the project at `root` into the directory `out`. Raises BuildFailed.

    Needs no AWS account. The wheels are downloaded once and kept in `root/dist/wheels`; after that it needs no network.
    """
    out.mkdir(parents=True, exist_ok=True)
    built = Built(out / template.ZIP_NAME, out / "template.json")
    with tempfile.TemporaryDirectory() as made:
        staged, packed = Path(made, "stage"), Path(made, "packed")
        stage.make(staged, root=root, wheels=root / "dist" / "wheels", architecture=architecture)
        _run_chalice(staged, packed)
        archive.normalise(packed / "deployment.zip", built.zip)
        told = json.loads((packed / "sam.json").read_text(encoding="utf-8"))
    built.template.write_text(json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return built


def _run_chalice(staged: Path, packed: Path) -> None:
    environment = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    stage.run(
        [sys.executable, "-B", "-c", _CHALICE, "package", "--merge-template", "merge.json", str(packed)],
        cwd=staged,
        env={**environment, "AWS_DEFAULT_REGION": _REGION, "LC_ALL": "C.UTF-8"},
    )
