"""Loading of the objects that other packages register as entry points."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, TypeVar

from emgstream.logs import get_logger

__all__ = ["with_plugins"]

_log = get_logger(__name__)


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Kind = TypeVar("_Kind", bound=_Named)


def with_plugins(
    group: str, kind: type[_Kind], built_in: tuple[_Kind, ...]
) -> tuple[tuple[_Kind, ...], tuple[str, ...]]:
    """Return the built-in objects with those of other packages, and the problems.

    Each entry point that cannot be imported, is not a ``kind``, or has a name that is taken is left
    out; a line of text tells why.

    Parameters
    ----------
    group
        Name of the group of entry points.
    kind
        Class of the objects.
    built_in
        The objects of this package; they come first and keep their names.
    """
    found = {one.name: one for one in built_in}
    problems: list[str] = []
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        plugin = _loaded(point, problems)
        if isinstance(plugin, kind) and plugin.name not in found:
            found[plugin.name] = plugin
        elif isinstance(plugin, kind):
            problems.append(f"{_named(point)} is left out: there is a {plugin.name!r} already")
        elif plugin is not None:
            problems.append(
                f"{_named(point)} is left out: it is of the type {type(plugin).__name__}; expected "
                f"{kind.__name__}"
            )
    return tuple(found.values()), tuple(problems)


def _loaded(point: EntryPoint, problems: list[str]) -> object:
    try:
        return point.load()
    except Exception as error:  # noqa: BLE001 - code of others, which may fail in any way
        _log.info("%s does not load", _named(point), exc_info=True)
        problems.append(
            f"{_named(point)} does not load: {type(error).__name__}: {error}; update or uninstall "
            "its package"
        )
        return None


def _named(point: EntryPoint) -> str:
    return f"the plug-in {point.name!r} ({point.value}) of {point.group}"
