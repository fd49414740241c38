"""Scores the nets on labelled pictures: what is found and read, and whether the scores mean what they say."""
