"""The application: what a person does with emgstream, once for terminal, window and Python.

No Qt and no printing in here: faces draw, print and read keys.
"""
