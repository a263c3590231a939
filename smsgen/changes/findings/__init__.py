"""What DescribeChangeSet does not say, and people want to know."""
