"""One file a version of the schema. A file that was released is never edited; what is next goes into the next one."""
