"""The place: where things stand along the lane, in metres before the arm (negative: behind it)."""

SPAWN_M = 28.0
"""A vehicle comes into the world here, small and unreadable."""

INSIDE_M = -12.0
"""A vehicle whose camera side is past this has driven in and is gone."""

INNER_LINE_M = -3.5
"""A vehicle that wants out stops with its nose here and presses EXIT."""

LOOP_M = (-1.5, 1.5)
"""The induction loop, under the arm and on both sides of it."""

BEAM_M = -0.3
"""The light beam crosses the lane just behind the arm."""

COMMIT_M = 1.0
"""A driver whose nose is past this drives on: he cannot see the arm above him any more."""

SAFE_ANGLE = 70.0
"""Drivers go when the arm stands at least this high, in degrees."""

TOUCH_ANGLE = 40.0
"""Below this angle the arm is lower than a car's roof somewhere across the lane, in degrees."""

SEEN_M = 12.0
"""Farther from the arm than this nobody is `in front of the gate`."""
