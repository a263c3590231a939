"""What replication keeps beside applications: connectors and the server catalog, replication jobs and their runs.

catalog   connectors, the catalog and its servers
jobs      replication jobs and runs, and the steps of their states
rules     what the parameters of a replication must be
"""
