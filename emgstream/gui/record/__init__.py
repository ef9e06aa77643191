"""The page that records: set up, check the signal, follow the cues, look over what came of it.

`plan` and `run` know no Qt: they are the session, the rest shows it.
"""
