"""Stack x Stack -> ChangeSet, in CloudFormation's own words."""
