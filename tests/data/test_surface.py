"""What the folder offers is what it says."""

from latentia import data


def test_all_is_sorted_and_there():
    assert data.__all__ == sorted(data.__all__)
    assert all(getattr(data, name).__doc__ for name in data.__all__)
