"""The directory that `chalice package` is run in.

Chalice packs only `app.py` and what lies under `vendor/`, so our own packages and what they stand on go there. It is
handed an empty requirements file: the packages are put there here instead, each checked against its hash.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.package import template
from infra.package.functions import FUNCTIONS

PACKAGES = ("functions", "shared", "events")

_PYTHON = "3.11"
_GLIBC = ("manylinux2014", "manylinux_2_26")  # Lambda's python3.11 runs on Amazon Linux 2: glibc 2.26 and older
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
_SERVICES = {"dynamodb", "s3", "sqs", "sts"}  # what functions call; botocore and boto3 describe some 400


_UNUSED = (
    "**/*.pyi",
    "bin",
    "*.dist-info/RECORD",
    "*.dist-info/INSTALLER",
    "*.dist-info/REQUESTED",
    "aws_lambda_powertools/event_handler",  # of powertools, only the log
    "aws_lambda_powertools/utilities/[!_j]*",
    "boto3/examples",
    "cffi",  # what compiles; _cffi_backend is what runs
    "pycparser",
    "dateutil/zoneinfo",
    "fontTools/**/*.so",  # each has its twin in Python; a document needs one subset of one font
    "fontTools/**/*.c",
    "fontTools/cu2qu",  # other formats of fonts, and what makes fonts
    "fontTools/diff",
    "fontTools/merge",
    "fontTools/mtiLib",
    "fontTools/qu2cu",
    "fontTools/ufoLib",
    "fontTools/voltLib",
    "PIL/_avif*",  # kinds of pictures and of text that nobody hands in and no document has
    "PIL/[B-F]*ImagePlugin.py",  # Pillow does without those that aren't there
    "PIL/[H-I]*ImagePlugin.py",
    "PIL/_imagingcms*",
    "PIL/_imagingft*",
    "PIL/_imagingmath*",
    "PIL/_imagingmorph*",
    "PIL/_imagingtk*",
    "pillow.libs/libavif*",
    "pillow.libs/libbrotli*",  # what freetype alone stands on
    "pillow.libs/libfreetype*",
    "pillow.libs/libharfbuzz*",
    "pillow.libs/liblcms2*",
    "pillow.libs/libpng16*",  # freetype's; Pillow reads PNG by itself
    "pydantic/v1",
    "stdnum/*.dat",  # of the world's numbers, only China's
    "stdnum/[!_]*/",
    "tzdata/zoneinfo/*",  # of its times, only Shanghai's
)
_USED = {"stdnum/cn", "tzdata/zoneinfo/Asia", "tzdata/zoneinfo/__init__.py"}
_SHANGHAI = {"__init__.py", "Shanghai"}


class BuildFailed(Exception):
    """A step of the build ended badly; the text is what it said."""


def run(command: list[str], **options: Any) -> None:
    """Run one step quietly. Raises BuildFailed with its output when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise BuildFailed(f"{' '.join(command[:6])} …\n{done.stdout}{done.stderr}")


def make(stage: Path, *, root: Path, wheels: Path, architecture: str) -> None:
    """Fill the empty directory `stage` from the project at `root`. `wheels` keeps downloads between builds."""
    vendor = stage / "vendor"
    _install(root / "requirements.txt", vendor, wheels / architecture, architecture)
    _prune(vendor)
    for package in PACKAGES:
        shutil.copytree(root / package, vendor / package, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    shutil.copy(root / "app.py", stage)
    (stage / "requirements.txt").touch()
    _configure(stage / ".chalice", root)
    (stage / "merge.json").write_text(json.dumps(template.to_merge(architecture), ensure_ascii=False))


def _install(requirements: Path, vendor: Path, wheels: Path, architecture: str) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    checked = ["--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(requirements)]
    platform = ["--python-version", _PYTHON, "--implementation", "cp"]
    for glibc in _GLIBC:
        platform += ["--platform", f"{glibc}_{_MACHINES[architecture]}"]
    kept = wheels / "requirements.txt"
    if not kept.is_file() or kept.read_bytes() != requirements.read_bytes():
        fresh = wheels.with_name(f"{wheels.name}.{os.getpid()}")
        run([*pip, "download", *checked, *platform, "--dest", str(fresh)])
        shutil.copy(requirements, fresh)
        shutil.rmtree(wheels, ignore_errors=True)
        fresh.rename(wheels)
    offline = ["--no-index", "--find-links", str(wheels), "--no-compile", "--target", str(vendor)]
    run([*pip, "install", *checked, *platform, *offline])


def _prune(vendor: Path) -> None:
    """Take out what no function uses, and what would differ from build to build."""
    for library in ("botocore", "boto3"):
        for described in (vendor / library / "data").iterdir():
            if described.is_dir() and described.name not in _SERVICES:
                shutil.rmtree(described)
    for pattern in _UNUSED:
        for unused in vendor.glob(pattern):
            if unused.relative_to(vendor).as_posix() not in _USED:
                shutil.rmtree(unused) if unused.is_dir() else unused.unlink()
    for zone in (vendor / "tzdata" / "zoneinfo" / "Asia").iterdir():
        if zone.name not in _SHANGHAI:
            zone.unlink()


def _configure(folder: Path, root: Path) -> None:
    """Chalice's configuration, with a policy file of its own for each function."""
    folder.mkdir()
    told = json.loads((root / ".chalice" / "config.json").read_text(encoding="utf-8"))
    told["lambda_functions"] = {}
    for function in FUNCTIONS:
        policy = f"policy-{function.name}.json"
        (folder / policy).write_text(json.dumps(template.policy(function)))
        told["lambda_functions"][function.name] = {"iam_policy_file": policy}
    (folder / "config.json").write_text(json.dumps(told))
