"""The page that tunes: one recording seen by the model, and what any settings would make of it.

`workbench` knows no Qt: it is the work, the rest shows it.
"""
