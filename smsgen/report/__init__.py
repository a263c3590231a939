"""ChangeSet and diagnostics -> what is shown: one file per format."""
