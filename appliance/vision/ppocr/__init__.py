"""PP-OCR's text nets as plate detector and reader: a text line of a plate's shape stands for one."""
