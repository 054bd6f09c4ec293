"""Media at the edge, decided before a byte is fetched: everything here is pure."""
