r"""EMG tables: the reader of CSV files that replay and training share.

Fields are separated by commas, semicolons or tabs; the file may be gzipped and may lack a header
line. Damage is repaired and reported by row; a file that cannot be read raises `TableError`.

A file passes through these modules in this order:

1. `table_text`: bytes to text (gzip, UTF-16, line endings), then to blocks of whole lines;
2. `table_layout`: separator, decimal comma, header line and column names, from the first 64 KiB;
3. `table_cells`: a line to cells, a cell to a number or a label;
4. `table_columns`: a block of lines to one array per column, by a fast or by a tolerant parser;
5. `column_roles`: the role of each column: channel, label, time and others;
6. `table_assembly`: arrays to one `EmgTable`, with `table_clock` finding lost samples in the time
   stamps and `table_repairs` collecting the repairs.

`table_reader` calls them.

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

from emgstream.tables.column_choice import ALL_GUESSED, TIME_UNITS, ColumnChoice
from emgstream.tables.emg_table import EmgTable
from emgstream.tables.table_column import Certainty, ColumnQuestion, ColumnRole, TableColumn
from emgstream.tables.table_look import TableLook
from emgstream.tables.table_reader import look_at_table, read_table
from emgstream.tables.table_repairs import Repair

__all__ = [
    "ALL_GUESSED",
    "TIME_UNITS",
    "Certainty",
    "ColumnChoice",
    "ColumnQuestion",
    "ColumnRole",
    "EmgTable",
    "Repair",
    "TableColumn",
    "TableLook",
    "look_at_table",
    "read_table",
]
