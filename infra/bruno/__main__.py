"""Write the collection: `python -m infra.bruno [--port 8000] [--to dist/bruno]`."""

import argparse
import importlib
import shutil
import sys
from pathlib import Path

from infra.bruno import collection, walk

_CONTROL = 4


def main(words: list[str] | None = None) -> int:
    """Write it anew, for the district on `--port`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="where the district is (%(default)s)")
    parser.add_argument("--to", type=Path, default=Path("dist/bruno"), help="the folder, written anew (%(default)s)")
    options = parser.parse_args(words)
    importlib.import_module("app")
    from functions.edge.openapi import document

    told = document()
    api, control = (f"http://127.0.0.1:{port}" for port in (options.port, options.port + _CONTROL))
    shutil.rmtree(options.to, ignore_errors=True)
    number = 0
    for name, text in collection.files(told, walk.requests(told), walk.variables(api=api, control=control)):
        path = options.to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        number += 1
    print(f"{options.to}: {number} 个文件 files")
    print(f"走一遍学期 walk the term: cd {options.to} && npx @usebruno/cli run walk --env local")
    return 0


if __name__ == "__main__":
    sys.exit(main())
