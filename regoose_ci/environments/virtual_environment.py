"""Read a virtual environment from outside, without starting anything that lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_LARGEST = 64 * 1024


@dataclass(frozen=True)
class VirtualEnvironment:
    """What ``pyvenv.cfg`` says. ``home`` is the directory of the interpreter it was made from."""

    directory: Path
    home: Path
    system_site_packages: bool
    version: str


def read_virtual_environment(directory: Path) -> VirtualEnvironment | None:
    """Read ``directory/pyvenv.cfg``; ``None`` when it is missing or names no ``home``."""
    try:
        text = (directory / "pyvenv.cfg").read_bytes()[:_LARGEST].decode("utf-8", "replace")
    except OSError:
        return None
    keys: dict[str, str] = {}
    for line in text.splitlines():
        key, separator, value = line.partition("=")
        if separator:
            keys[key.strip().lower()] = value.strip()
    home = keys.get("home", "")
    if not Path(home).is_absolute():
        return None
    return VirtualEnvironment(
        directory=directory.resolve(),
        home=Path(home),
        system_site_packages=keys.get("include-system-site-packages", "").lower() == "true",
        version=keys.get("version") or keys.get("version_info", ""),
    )


def find_base_interpreter(environment: VirtualEnvironment) -> Path | None:
    """Find the interpreter that the environment was made from."""
    short = ".".join(environment.version.split(".")[:2])
    for name in (f"python{short}", "python3", "python"):
        if (environment.home / name).is_file():
            return environment.home / name
    return None


def find_site_dirs(
    environment: VirtualEnvironment, version: tuple[int, int], repository: Path
) -> tuple[Path, ...]:
    """Find the environment's site directories, and directories that their ``.pth`` files add.

    Lines of ``.pth`` files that are code are left alone, and so are directories inside the
    repository: of the reviewed project only the exported trees may be seen.
    """
    name = f"python{version[0]}.{version[1]}"
    found: list[Path] = []
    for library in ("lib", "lib64"):
        site = (environment.directory / library / name / "site-packages").resolve()
        is_inside = site.is_relative_to(environment.directory)  # no link to elsewhere
        if is_inside and site.is_dir() and site not in found:
            found.append(site)
    for site in tuple(found):
        for added in _added_by_pth(site):
            if added not in found and not added.is_relative_to(repository.resolve()):
                found.append(added)
    return tuple(found)


def _added_by_pth(site: Path) -> list[Path]:
    added: list[Path] = []
    for file in sorted(site.glob("*.pth")):
        for line in file.read_bytes()[:_LARGEST].decode("utf-8", "replace").splitlines():
            text = line.strip()
            if not text or text.startswith(("#", "import ", "import\t")) or "\0" in text:
                continue
            directory = (site / text).resolve()
            if directory.is_dir():
                added.append(directory)
    return added
