"""Executables that behave as a board's own tools, on a folder in the place of the board."""

from __future__ import annotations

from pathlib import Path

NVPMODEL = """\
#!/bin/sh
# As NVIDIA's manual and forum show it: -q says name and number of the mode, -m takes one; a mode that
# changes the number of GPU units asks for a reboot, and takes anything but YES or yes for bad input.
state={folder}/mode
echo "nvpmodel $*" >> {folder}/calls
case "$1" in
-q) echo "NV Power Mode: MODE_$(cat $state)"; cat $state; echo ;;
-m)
    case "$2" in
    9) echo "NVPM ERROR: Invalid power model 9"; exit 255 ;;
    3)
        echo "NVPM WARN: Golden image context is already created"
        echo "NVPM WARN: Reboot required for changing to this power mode: 3"
        echo "NVPM WARN: DO YOU WANT TO REBOOT NOW? enter YES/yes to confirm:"
        read answer
        case "$answer" in YES|yes) echo rebooted >> {folder}/calls; exit 0 ;; esac
        echo "NVPM ERROR: bad input!"
        echo "NVPM ERROR: optMask is 1, no request for power mode"
        exit 255 ;;
    4) exit 0 ;;
    esac
    printf %s "$2" > $state ;;
esac
"""

JETSON_CLOCKS = """\
#!/bin/sh
# --store keeps the settings in a file that must not be there yet, --restore brings them back, and
# without an option all clocks are held at their greatest.
clocks={folder}/clocks
echo "jetson_clocks $*" >> {folder}/calls
case "$1" in
--store) [ -e "$2" ] && {{ echo "File $2 already exists."; exit 1; }}; cp $clocks "$2" ;;
--restore) [ -e "$2" ] || {{ echo "Can't access $2"; exit 1; }}; cp "$2" $clocks ;;
"") printf held > $clocks ;;
esac
"""

VCGENCMD = """\
#!/bin/sh
[ "$1" = get_throttled ] && echo "throttled=$(cat {folder}/throttled)"
"""


def a_tool(folder: Path, name: str, script: str) -> str:
    """An executable in `folder`; its path."""
    path = folder / name
    path.write_text(script.replace("{{", "{").replace("}}", "}").replace("{folder}", str(folder)))
    path.chmod(0o755)
    return str(path)


def put(path: Path, text: str) -> Path:
    """A file with its folders, as the kernel shows it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
