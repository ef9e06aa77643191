"""The data audit: what a recording holds, what is wrong with it, and what it can prove."""

from emgstream.audit.audit import Audit, audit_table
from emgstream.audit.audit_findings import Finding, findings
from emgstream.audit.audit_page import audit_page
from emgstream.audit.facts import audit_facts

__all__ = ["Audit", "Finding", "audit_facts", "audit_page", "audit_table", "findings"]
