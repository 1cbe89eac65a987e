"""Steps that are compiled whole."""
