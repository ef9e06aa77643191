r"""EMG tables: the reader of recordings that replay and training share.

Fields are separated by commas, semicolons or tabs; the file may be gzipped and may lack a header
line. Damage is repaired and reported by row; a file that cannot be read raises `TableError`.

A file passes through these modules in this order:

1. `table_text`: bytes to text (gzip, UTF-16, line endings), then to blocks of whole lines; or
   `formats`: EDF, XDF, MATLAB and numpy files straight to columns; `other_formats` are refused;
2. `table_layout`: separator, decimal comma, header and columns, from the first lines, with
   `line_forms` (comments, serial monitors), `header_lines` and `table_preamble` (rates, names);
3. `table_cells` and `clock_cells`: a line to cells, a cell to a number, a label or a time;
4. `text_table`: blocks of lines to one array per column, by a fast or by a tolerant parser of
   `table_columns`, stored as `column_storage` says;
5. `column_roles`: the role of each column by `column_names` and `column_behaviour`, first by itself
   (`single_column`), then beside the others; `column_questions` asks what is doubtful, and
   `settled_columns` keeps the answers;
6. `table_assembly`: columns to one `EmgTable`, with `sample_counter` and `table_clock` finding lost
   samples and `table_repairs` collecting the repairs.

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
from emgstream.tables.table_text import check_there

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
    "check_there",
    "look_at_table",
    "read_table",
]
