"""Who is inside."""

from __future__ import annotations

from appliance.access.passback import Passback


def test_who_passed_is_inside_until_it_leaves() -> None:
    passback = Passback(["OLD1"])
    passback.entered("AXC473")
    passback.left("OLD1")
    passback.left("NEVER1")
    assert passback.plates == frozenset({"AXC473"})
    assert (passback.inside("AXC473"), passback.inside("OLD1")) == (True, False)
