"""macOS: the name in the menu bar, and no throttling of a window that is not seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["as_application"]

_NAME = "emgstream"
_REASON = "decides on a live signal"


@contextmanager
def as_application(platform: str = sys.platform) -> Iterator[None]:
    """Be an application of macOS for the length of the block; elsewhere do nothing.

    It must be entered before Qt starts. Without a bundle, the menu bar would say *Python*. App Nap
    slows down the timers and threads of a program whose window is covered, as by the game that its
    decisions drive: an activity that is critical in latency keeps it off. The computer may still go
    to sleep when nobody uses it.
    """
    if platform != "darwin":
        yield
        return
    import Foundation

    bundle = Foundation.NSBundle.mainBundle()
    info = bundle.localizedInfoDictionary() or bundle.infoDictionary()
    if info is not None:
        info["CFBundleName"] = _NAME
    process = Foundation.NSProcessInfo.processInfo()
    options = (
        Foundation.NSActivityUserInitiatedAllowingIdleSystemSleep
        | Foundation.NSActivityLatencyCritical
    )
    activity = process.beginActivityWithOptions_reason_(options, _REASON)
    try:
        yield
    finally:
        process.endActivity_(activity)
