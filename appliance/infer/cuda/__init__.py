"""An NVIDIA GPU through its vendor's libraries: memory, graphs, and kernels for pictures."""
