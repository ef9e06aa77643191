"""Recordings in formats that are not text: EDF and BDF, XDF, MATLAB and numpy files.

`recording_format` has the list of formats and recognises a file by its first bytes. Each format is
read in a file of its own, to a `RawRecording`; the roles of its columns are guessed afterwards, as
those of a text file. A library that a format needs is imported when such a file is read.
"""

from emgstream.tables.formats.recording_format import (
    FORMATS,
    RECORDING_SUFFIXES,
    RecordingFormat,
    read_format,
)

__all__ = ["FORMATS", "RECORDING_SUFFIXES", "RecordingFormat", "read_format"]
