"""The ports, of boto3: the only place that imports it."""
