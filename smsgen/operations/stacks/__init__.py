"""Use cases on a stack of CloudFormation."""
