"""A package of somebody else, as a wheel that pip installs into a folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["installed"]


def installed(
    folder: Path,
    name: str,
    modules: Mapping[str, str],
    entry_points: Mapping[str, Mapping[str, str]],
) -> Path:
    """Install a package and return the folder to put on the path.

    ``modules`` are texts by the name of the module; ``entry_points`` are those of each group, by
    name.
    """
    wheel, site = folder / f"{name}-1.0-py3-none-any.whl", folder / "site"
    described = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": "".join(
            f"[{group}]\n" + "".join(f"{point} = {value}\n" for point, value in points.items())
            for group, points in entry_points.items()
        ),
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for module, text in modules.items():
            archive.writestr(f"{module}.py", text)
        for file, text in described.items():
            archive.writestr(f"{name}-1.0.dist-info/{file}", text)
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(site), str(wheel)], check=True, capture_output=True)
    return site
