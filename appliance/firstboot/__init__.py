"""What the image does before the gate starts: own keys, the owner's files from the card, factory reset."""
