"""smsgen: CloudFormation templates and change sets for migrated, multi-server applications."""
