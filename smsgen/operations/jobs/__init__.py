"""Work in the background: leased, carried out, noted."""
