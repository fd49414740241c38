"""Draws the wiring pages' pictures: `python docs/hardware/draw.py` writes them anew beside this file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
STYLE = (
    "text{font:13px sans-serif;fill:#222}.t{font-weight:bold}.s{font-size:11px;fill:#555}"
    "rect,circle,path{stroke:#222;stroke-width:1.5;fill:none}.b{fill:#eef3f8}.d{fill:#222}.w{stroke:#0a5}"
)


class Sheet:
    """One picture, in pixels from the upper left corner."""

    def __init__(self, width: int, height: int, title: str) -> None:
        self._size = width, height
        self._parts: list[str] = []
        self.text(20, 26, title, kind="t")

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        safe = words.replace("&", "&amp;").replace("<", "&lt;")
        self._parts.append(f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{safe}</text>')

    def path(self, data: str, kind: str = "") -> None:
        self._parts.append(f'<path d="{data}" class="{kind}"/>')

    def box(self, x: int, y: int, w: int, h: int, title: str, *lines: str) -> None:
        self._parts.append(f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="4" class="b"/>')
        self.text(x + w / 2, y + 18, title, kind="t", anchor="middle")
        for row, line in enumerate(lines):
            self.text(x + w / 2, y + 35 + 15 * row, line, kind="s", anchor="middle")

    def wire(self, *points: tuple[int, int], label: str = "") -> None:
        self.path("M" + " L".join(f"{x},{y}" for x, y in points), kind="w")
        if label:
            (x, y), (across, _) = points[0], points[1]
            self.text((x + across) / 2, y - 5, label, kind="s", anchor="middle")

    def dot(self, x: int, y: int) -> None:
        self._parts.append(f'<circle cx="{x}" cy="{y}" r="3" class="d"/>')

    def resistor(self, x: int, y: int, label: str, *, upright: bool = False) -> None:
        """Forty long, beginning at (x, y)."""
        if upright:
            self._parts.append(f'<rect x="{x - 6}" y="{y}" width="12" height="40"/>')
            self.text(x + 12, y + 24, label, kind="s")
        else:
            self._parts.append(f'<rect x="{x}" y="{y - 6}" width="40" height="12"/>')
            self.text(x + 20, y - 10, label, kind="s", anchor="middle")

    def contact(self, x: int, y: int, label: str, *, closed: bool) -> None:
        """Forty long, beginning at (x, y); drawn at rest."""
        for end in (x + 4, x + 36):
            self._parts.append(f'<circle cx="{end}" cy="{y}" r="3"/>')
        self.path(f"M{x + 6},{y - 2} L{x + 38},{y - (4 if closed else 16)}")
        self.text(x + 20, y - 22, label, kind="s", anchor="middle")

    def ground(self, x: int, y: int) -> None:
        self.path(f"M{x},{y} v8 M{x - 9},{y + 8} h18 M{x - 6},{y + 12} h12 M{x - 3},{y + 16} h6")

    def svg(self) -> str:
        width, height = self._size
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">'
        ground = f'<rect width="{width}" height="{height}" style="fill:#fff;stroke:none"/>'
        return "\n".join([head, f"<style>{STYLE}</style>", ground, *self._parts, "</svg>", ""])


def barrier() -> Sheet:
    sheet = Sheet(760, 400, "Barrier: relays at the operator's soft inputs")
    sheet.box(20, 60, 130, 290, "Board", "3.3 V lines")
    sheet.box(270, 60, 170, 290, "Relay board", "5 V coils, opto inputs")
    sheet.box(570, 60, 170, 290, "Barrier operator", "low-voltage inputs")
    for row, (name, note) in enumerate((("open", "OPEN"), ("close", "CLOSE"), ("stop *", "STOP"))):
        y = 115 + 80 * row
        sheet.wire((150, y), (270, y), label=name)
        sheet.dot(230, y)
        sheet.resistor(230, y, "", upright=True)
        sheet.text(176, y + 26, "10 kΩ", kind="s")
        sheet.ground(230, y + 40)
        sheet.wire((440, y), (480, y))
        sheet.contact(480, y, "NC" if row == 2 else "NO", closed=row == 2)
        sheet.wire((520, y), (570, y))
        sheet.text(580, y + 4, note)
    sheet.text(
        20, 374, '* only gate.actuator = "pulse". The resistors hold idle what nobody drives.', kind="s"
    )
    sheet.text(20, 390, "Safety edges and photocells go to the operator itself.", kind="s")
    return sheet


def buttons() -> Sheet:
    sheet = Sheet(760, 300, "Buttons: STOP normally closed, the others normally open")
    sheet.box(20, 60, 150, 210, "Board")
    sheet.text(30, 122, "GPIO, STOP")
    sheet.text(30, 202, "GPIO, OPEN")
    sheet.text(30, 250, "GND")
    for y, label, closed in ((118, "STOP", True), (198, "OPEN", False)):
        sheet.wire((170, y), (250, y))
        sheet.dot(250, y)
        sheet.path(f"M250,{y} v-14")
        sheet.resistor(250, y - 54, "1 to 4.7 kΩ to 3.3 V *", upright=True)
        sheet.wire((250, y), (300, y))
        sheet.resistor(300, y, "1 kΩ")
        sheet.wire((340, y), (480, y), label="")
        sheet.text(400, y + 16, "cable", kind="s", anchor="middle")
        sheet.contact(480, y, label, closed=closed)
        sheet.wire((520, y), (600, y), (600, 246), (170, 246))
    sheet.text(
        20,
        290,
        "* a Jetson needs it: it has no pulls of its own. On a Raspberry Pi it is for long cables.",
        kind="s",
    )
    return sheet


def opto() -> Sheet:
    sheet = Sheet(760, 270, "12 and 24 V sensors through an optocoupler")
    sheet.box(20, 70, 170, 140, "Loop detector or beam", "relay, drops out on", "presence and power loss")
    sheet.box(340, 70, 130, 140, "Optocoupler", "PC817 or a module")
    sheet.box(600, 70, 140, 140, "Board", "3.3 V side")
    sheet.contact(200, 110, "relay", closed=True)
    sheet.wire((190, 110), (200, 110))
    sheet.wire((240, 110), (270, 110))
    sheet.resistor(270, 110, "2.2 kΩ at 24 V")
    sheet.wire((310, 110), (340, 110))
    sheet.wire((340, 180), (190, 180), label="0 V of the sensor")
    sheet.wire((470, 110), (600, 110), label="GPIO")
    sheet.dot(490, 110)
    sheet.path("M490,110 v-14")
    sheet.resistor(490, 56, "4.7 kΩ to 3.3 V", upright=True)
    sheet.wire((470, 180), (600, 180), label="GND")
    sheet.text(
        20,
        245,
        "Current flows while the lane is clear: normally_closed = true, active_high = true.",
        kind="s",
    )
    sheet.text(20, 260, "A cut cable, a dead sensor or a dead supply reads as present.", kind="s")
    return sheet


def end_of_line() -> Sheet:
    sheet = Sheet(760, 280, "A supervised contact on the MCP3008")
    sheet.box(20, 60, 120, 190, "Board", "SPI 0")
    sheet.box(220, 60, 130, 190, "MCP3008", "VDD and VREF 3.3 V")
    for row, name in enumerate(("SCLK", "MISO", "MOSI", "CE0")):
        sheet.wire((140, 125 + 30 * row), (220, 125 + 30 * row), label=name)
    sheet.wire((350, 150), (420, 150), label="CH0")
    sheet.dot(400, 150)
    sheet.path("M400,150 v-14")
    sheet.resistor(400, 96, "pull-up 4.7 kΩ to 3.3 V", upright=True)
    sheet.text(480, 168, "cable", kind="s", anchor="middle")
    sheet.wire((420, 150), (540, 150))
    sheet.resistor(540, 150, "series 4.7 kΩ")
    sheet.wire((580, 150), (620, 150))
    sheet.dot(620, 150)
    sheet.contact(620, 150, "contact", closed=False)
    sheet.wire((660, 150), (700, 150), (700, 225))
    sheet.path("M620,150 v50")
    sheet.resistor(620, 200, "parallel 10 kΩ")
    sheet.wire((660, 200), (700, 200))
    sheet.wire((700, 225), (350, 225), label="GND")
    sheet.text(380, 265, "0.00 shorted   0.50 closed   0.76 open   1.00 cut", anchor="middle")
    return sheet


def rs485() -> Sheet:
    sheet = Sheet(760, 250, "RS-485: an OSDP control panel, or a car's controller far away")
    sheet.box(20, 70, 120, 130, "Board", "USB or UART")
    sheet.box(210, 70, 150, 130, "RS-485 adapter", "switches direction", "by itself")
    sheet.box(590, 70, 150, 130, "Control panel", "master of the bus")
    sheet.wire((140, 120), (210, 120), label="USB")
    for y, name in ((110, "A / D+"), (150, "B / D−"), (182, "reference")):
        sheet.wire((360, y), (590, y), label=name)
    sheet.resistor(400, 110, "", upright=True)
    sheet.text(412, 130, "120 Ω at both ends of the bus", kind="s")
    sheet.text(
        20,
        235,
        "Twisted pair, shield at one end. Share the reference: A and B alone carry no ground.",
        kind="s",
    )
    return sheet


def wiegand() -> Sheet:
    sheet = Sheet(760, 340, "Wiegand: two lines to an access controller, pulled low by transistors")
    sheet.box(20, 60, 120, 240, "Board", "3.3 V lines")
    sheet.box(590, 60, 150, 240, "Controller", "pulls D0, D1 to 5 V")
    for row, name in enumerate(("DATA0", "DATA1")):
        y = 130 + 95 * row
        sheet.wire((140, y), (200, y), label=name.lower())
        sheet.resistor(200, y, "1 kΩ")
        sheet.wire((240, y), (290, y))
        sheet.path(f"M290,{y - 14} v28 M290,{y - 4} l26,-14 v-12 M290,{y + 4} l26,14 v10")
        sheet.text(322, y + 8, "BC547", kind="s")
        sheet.ground(316, y + 28)
        sheet.wire((316, y - 30), (590, y - 30), label=name)
    sheet.wire((140, 288), (590, 288), label="GND, shared")
    sheet.text(
        20, 325, "active_high = true: a high line pulls its wire low. At rest both wires are high.", kind="s"
    )
    return sheet


def car() -> Sheet:
    sheet = Sheet(760, 240, "Car: its controller is the dead man's handle")
    sheet.box(20, 70, 130, 120, "Board", "USB")
    sheet.box(270, 70, 170, 120, "Controller", "Arduino, Pico", "docs/hardware/peers")
    sheet.box(580, 70, 160, 120, "Car", "enable circuit")
    sheet.wire((150, 120), (270, 120), label="serial, 115200")
    for y, name in ((105, "enable"), (135, "lights"), (165, "horn")):
        sheet.wire((440, y), (480, y))
        sheet.contact(480, y, "", closed=False)
        sheet.wire((520, y), (580, y), label=name)
    sheet.text(20, 225, "Three heartbeats of silence, a reset or a power cut: every relay falls.", kind="s")
    return sheet


PICTURES: dict[str, Callable[[], Sheet]] = {
    "barrier": barrier,
    "buttons": buttons,
    "optocoupler": opto,
    "end-of-line": end_of_line,
    "rs485": rs485,
    "wiegand": wiegand,
    "car": car,
}


def main() -> None:
    for name, draw in PICTURES.items():
        (HERE / f"{name}.svg").write_text(draw().svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
