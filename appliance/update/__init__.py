"""The device's side of updates: boot slots, the installer, the trial of what is new, its sources."""
