from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import yeojohnson

from emgstream.errors import ModelFileError
from emgstream.transforms import Clip, Impute, Transforms, YeoJohnson

TRANSFORMS = Transforms(
    (
        Impute((500.0, 1.0, 2.0)),
        Clip((0.0, 0.0, -5.0), (1023.0, 900.0, 5.0)),
        YeoJohnson((0.3, 2.0, 0.0), (5.0, 0.0, 1.0), (2.0, 1.0, 0.5)),
        Clip((-1.0, -1e9, -2.0), (1.0, 1e9, 2.0)),
    )
)

rows = arrays(
    np.float32,
    st.tuples(st.integers(0, 40), st.just(3)),
    elements=st.one_of(st.floats(-2000, 2000, width=32), st.just(np.nan)),
)


@given(rows, st.lists(st.integers(0, 40), max_size=6))
def test_any_chunking_gives_the_same_bits(values: np.ndarray, cuts: list[int]) -> None:
    pieces = [TRANSFORMS.apply(piece) for piece in np.split(values, sorted(cuts))]
    np.testing.assert_array_equal(np.concatenate(pieces), TRANSFORMS.apply(values))


@given(rows)
def test_nothing_comes_out_missing(values: np.ndarray) -> None:
    assert np.isfinite(TRANSFORMS.apply(values)).all()


@pytest.mark.parametrize("power", [-1.5, 0.0, 1e-14, 0.4, 1.0, 2.0, 2.0 - 1e-14, 3.1])
def test_yeo_johnson_is_that_of_scipy(power: float) -> None:
    """Scikit-learn 1.7 loses all digits of powers next to 0 and 2; scipy does not."""
    values = np.linspace(-40, 40, 401).reshape(-1, 1)
    ours = YeoJohnson((power,), (0.0,), (1.0,)).apply(values)
    np.testing.assert_allclose(ours, yeojohnson(values, power), rtol=1e-9, atol=1e-12)


def test_the_manifest_brings_back_the_same_transforms() -> None:
    assert Transforms.from_manifest(TRANSFORMS.to_manifest(), 3) == TRANSFORMS


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"kind": "exec", "values": [1, 2, 3]},
        {"kind": "impute"},
        {"kind": "impute", "values": [1, 2]},
        {"kind": "impute", "values": [1, 2, float("nan")]},
        {"kind": "impute", "values": ["a", "b", "c"]},
        {"kind": "impute", "values": 3},
        {"kind": "clip", "low": [0, 0, 0], "high": [1, 1, 1], "middle": [0, 0, 0]},
    ],
)
def test_a_transform_that_is_not_known_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(ModelFileError):
        Transforms.from_manifest([entry], 3)
