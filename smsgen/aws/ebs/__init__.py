"""The Snapshots port on EBS direct: its calls, the connections that blocks go over, and how they are signed."""
