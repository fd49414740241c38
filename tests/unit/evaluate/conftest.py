from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A folder with six grey pictures, 0.png to 5.png."""
    for i in range(6):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.full((16, 16, 3), i, np.uint8))
    return tmp_path
