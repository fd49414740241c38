"""The project's own nets: one finds vehicles, plates and faces, one reads a plate."""
