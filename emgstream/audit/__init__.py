"""The data audit: what a recording holds, what is wrong with it, and what it can prove."""

from emgstream.audit.audit import Audit, audit_table
from emgstream.audit.findings import Finding, findings

__all__ = ["Audit", "Finding", "audit_table", "findings"]
