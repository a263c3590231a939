"""What adopting running servers asks of AWS: EC2 and MGN as they are, drift, and a session that may touch no server."""
