"""The page that trains: pick sessions, train and measure in a process beside, go live with it.

`child`, `honest`, `job`, `sessions` and `verdict` know no Qt: they are the work, the rest shows it.
"""
