"""Tests of smsgen/cfn."""
