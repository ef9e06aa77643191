"""The page that tunes: one recording seen by the model, and what any settings would make of it.

`material` and `workbench` know no Qt: they are the work, the rest shows it.
"""
