"""How seldom the gate may look, and how sure a detection must be, by the owner's own footage."""
