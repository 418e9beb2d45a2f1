"""The zip, the same to the byte whenever it is made from the same files."""

import zipfile
from pathlib import Path

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16


def normalise(source: Path, target: Path) -> None:
    """Write the files of the zip `source` to `target`: sorted, without times and without bytecode."""
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w") as written:
        for name in sorted(read.namelist()):
            if "__pycache__" in name or name.endswith("/"):
                continue
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr = _READABLE
            entry.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(entry, read.read(name), compresslevel=9)
