"""What the image's build computes: the disk's layout, the bill of materials. Needs Python alone."""
