"""Recorded answers of CloudFormation, and whether the engine gives the same."""
