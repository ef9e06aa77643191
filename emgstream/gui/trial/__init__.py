"""The page that tests the model: set up, follow the cues, see what it came to.

`run` knows no Qt: it is the test, the rest shows it.
"""
