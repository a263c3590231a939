"""What CloudFormation refuses before it makes a change set, in its own words; all of it at once."""
