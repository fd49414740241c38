"""A camera that speaks RTSP: GStreamer's own server, run by the system's Python, which has its bindings.

    rtsp_server.py PORT USER PASSWORD

It prints "ready", and takes orders on its standard input, a line each: "lose SHARE" drops that share of the
large stream's pictures before they are encoded, "still 1" shows one picture for ever, "still 0" ends that.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")

from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 - after the versions

_LAUNCH = (
    "( videotestsrc is-live=true name=source pattern=ball ! video/x-raw,width={0},height={1},framerate=20/1"
    " ! identity name=losing ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10"
    " ! rtph264pay name=pay0 pt=96 )"
)

_BLACK, _BALL = 2, 18
"""Patterns of the test source."""


class Camera(GstRtspServer.RTSPMediaFactory):  # type: ignore[misc]
    """One stream for all that ask for it."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.set_launch(_LAUNCH.format(width, height))
        self.set_shared(True)
        self.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
        self.lost = 0.0
        self.still = False
        self._media: Any = None

    def do_configure(self, media: Any) -> None:
        self._media = media
        self.apply()
        GstRtspServer.RTSPMediaFactory.do_configure(self, media)

    def apply(self) -> None:
        if self._media is not None:
            element = self._media.get_element()
            element.get_by_name("losing").set_property("drop-probability", self.lost)
            element.get_by_name("source").set_property("pattern", _BLACK if self.still else _BALL)


def _only_for(server: Any, factories: list[Camera], user: str, password: str) -> None:
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", user)
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    for factory in factories:
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role(user, "media.factory.access", True)
        permissions.add_permission_for_role(user, "media.factory.construct", True)
        factory.set_permissions(permissions)


def _obey(large: Camera, loop: Any) -> None:
    """Until whoever gives the orders is gone: the server does not outlive the test."""
    for line in sys.stdin:
        order, value = line.split()
        if order == "lose":
            large.lost = float(value)
        else:
            large.still = bool(int(value))
        GLib.idle_add(large.apply)
    loop.quit()


def main() -> None:
    port, user, password = sys.argv[1:]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    large, small = Camera(640, 360), Camera(320, 180)
    server.get_mount_points().add_factory("/large", large)
    server.get_mount_points().add_factory("/small", small)
    _only_for(server, [large, small], user, password)
    server.attach(None)
    loop = GLib.MainLoop()
    threading.Thread(target=_obey, args=(large, loop), daemon=True).start()
    print("ready", flush=True)
    loop.run()


if __name__ == "__main__":
    main()
