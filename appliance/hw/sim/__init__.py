"""The digital twin: a gate with its road, vehicles, weather and people, behind the hardware seams."""
