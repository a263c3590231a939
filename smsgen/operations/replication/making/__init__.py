"""Copies of disks become images.

targets    where the disks of a server go, and how its image is made, by what fits the guest
choose     where they go, as somebody says (a use case)
upload     a disk -> a file in S3 for ImportImage
images     snapshots or uploads -> an image: registered as they are, or converted by an import
retention  which images of a job are too old, and what goes with them
"""
