"""Moderation: text rules, visual verdicts, one decision table, and an audit trail that proves itself.

Nothing here approves because of an error, a missing scanner in strict mode, or an answer that makes no sense.
"""

from moderation.audit_chain import Head, Verification
from moderation.audit_store import AuditRecord, AuditStore
from moderation.counts import ScanCounts, Statistics
from moderation.decisions import Assessment, Verdict, assess, decide, verdict_of
from moderation.model import (
    AuditConflictError,
    AuditEntry,
    ContentCategory,
    ModerationDecision,
    ModerationError,
    ModerationInputError,
    ModerationResult,
    ScanFailedError,
    TextRulesError,
    Thresholds,
    UnknownScanError,
)
from moderation.pipeline import ModerationPipeline
from moderation.scanner import ContentScanner
from moderation.text.rules import Finding, TextRules
from moderation.visual import VisualResult, VisualScanner, read_visual_result

__all__ = [
    "Assessment",
    "AuditConflictError",
    "AuditEntry",
    "AuditRecord",
    "AuditStore",
    "ContentCategory",
    "ContentScanner",
    "Finding",
    "Head",
    "ModerationDecision",
    "ModerationError",
    "ModerationInputError",
    "ModerationPipeline",
    "ModerationResult",
    "ScanCounts",
    "ScanFailedError",
    "Statistics",
    "TextRules",
    "TextRulesError",
    "Thresholds",
    "UnknownScanError",
    "Verdict",
    "Verification",
    "VisualResult",
    "VisualScanner",
    "assess",
    "decide",
    "read_visual_result",
    "verdict_of",
]
