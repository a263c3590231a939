"""The partitions of AWS: which suffix the names of their services have."""

from __future__ import annotations

_URL_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
}
"""Partition -> AWS::URLSuffix where it is not amazonaws.com (botocore's partitions.json, dnsSuffix)."""


def url_suffix(partition: str) -> str:
    """Return what AWS::URLSuffix is in a partition ("aws", "aws-cn")."""
    return _URL_SUFFIXES.get(partition, "amazonaws.com")
