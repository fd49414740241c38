"""The image's parts in plain Python: layout, bill of materials, first boot, the firmware's emulator."""
