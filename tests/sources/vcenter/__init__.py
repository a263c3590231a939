"""vCenter as a source, against govmomi's simulator."""
