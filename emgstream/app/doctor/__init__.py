"""Checks of this computer: Python, packages, display, ports, folders and configuration.

Each gives a `DoctorCheck` and raises nothing; `examine` gives all of them in order. What may end a
program, such as a broken native library, is tried in a child process.
"""
