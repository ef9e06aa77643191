r"""EMG tables: the one reader of CSV files for replay and training.

Comma, semicolon or tab between the fields, plain or gzipped, with or without a header line. What
is damaged is repaired and told by row; what cannot be read is one `TableError`.

>>> import pathlib, tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     path = pathlib.Path(folder, "arm.csv")
...     _ = path.write_text("biceps,triceps,label\n512,498,rest\n,501,rest\n")
...     table = read_table(path)
>>> table.channel_names, table.n_rows, table.label_names
(('biceps', 'triceps'), 2, ('rest',))
>>> print(*table.repairs)
biceps: 1 empty field taken as missing (data row 1)
"""

from emgstream.tables._read import read_table
from emgstream.tables._table import EmgTable, Repair

__all__ = ["EmgTable", "Repair", "read_table"]
