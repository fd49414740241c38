"""The flashed image in QEMU: the Pi's firmware, the machine, its console, a bench of emulated lines."""
