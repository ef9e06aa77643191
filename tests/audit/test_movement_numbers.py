from __future__ import annotations

from pathlib import Path

from emgstream.tables import read_table


def test_each_held_movement_has_a_number_in_the_order_of_time(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    path.write_text("a,label\n" + "".join(f"1,{label}\n" for label in "rrxxrry"))
    assert read_table(path).movement_numbers().tolist() == [0, 0, 1, 1, 2, 2, 3]


def test_repetitions_as_recorded_join_what_was_interrupted(tmp_path: Path) -> None:
    rows = ["x,1,1", "r,1,1", "x,1,1", "x,2,1", "x,2,2"]
    path = tmp_path / "arm.csv"
    path.write_text("a,label,repetition,segment\n" + "".join(f"1,{row}\n" for row in rows))
    assert read_table(path).movement_numbers().tolist() == [0, 1, 0, 2, 3]
