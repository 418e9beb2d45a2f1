"""`python -m infra.package`: build into dist/."""

import argparse
import sys
import time
from pathlib import Path

from infra.package import build, stage


def main() -> None:
    """Build, and say what was built; exit with 1 and the reason when it fails."""
    words = argparse.ArgumentParser(prog="make package", description=__doc__)
    words.add_argument("--architecture", choices=build.ARCHITECTURES, default="x86_64")
    words.add_argument("--out", type=Path, default=build.ROOT / "dist")
    chosen = words.parse_args()
    started = time.monotonic()
    print("打包中，约半分钟 / Building the package, about half a minute …", flush=True)
    try:
        built = build.build(chosen.out, architecture=chosen.architecture)
    except stage.BuildFailed as failed:
        print(failed, file=sys.stderr)
        sys.exit(1)
    print(f"  {built.zip}  {built.zip.stat().st_size / 1e6:.1f} MB")
    print(f"  {built.template}")
    print(f"  {time.monotonic() - started:.0f} s. 部署 / To deploy it: infra/README.md")


if __name__ == "__main__":
    main()
