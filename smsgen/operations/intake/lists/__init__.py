"""Lists of servers that other programs wrote, read: bytes ──sheets──▶ rows ──a reader──▶ Listing, of our columns.

Every row that is not empty ends in the listing's rows, or in a diagnostic that says why not. Files are hostile: what
they may take of memory and time is bounded wherever they are read.
"""
