"""The gate's own room: gathers inputs, lets the machine react, carries out what it orders."""
