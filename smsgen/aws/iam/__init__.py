"""What IAM must allow for what smsgen does: actions by operation, and the policies that `smsgen iam-policy` prints."""
