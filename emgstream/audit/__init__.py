"""Data audit of a recording: its content, its faults, and whether it supports an accuracy claim."""

from emgstream.audit.audit import Audit, audit_table
from emgstream.audit.audit_facts import audit_facts
from emgstream.audit.audit_findings import Finding, findings, findings_to_read
from emgstream.audit.audit_page import audit_page

__all__ = [
    "Audit",
    "Finding",
    "audit_facts",
    "audit_page",
    "audit_table",
    "findings",
    "findings_to_read",
]
