"""From what users give to the batches of a pass."""
