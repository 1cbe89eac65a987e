"""What the folder offers is what it says."""

from latentia import evaluation


def test_all_is_sorted_and_there():
    assert evaluation.__all__ == sorted(evaluation.__all__)
    assert all(getattr(evaluation, name).__doc__ for name in evaluation.__all__)
