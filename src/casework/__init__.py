"""Casework: cases about content, the steps they take, and a ledger of them that proves itself.

`moderation` judges one piece of content; this package keeps what was decided, by whom, and what came after.
"""

from casework.blocking import BlockList, Match
from casework.budget import CallBudget, Spending
from casework.cases import Answer, Outcome
from casework.checkpoints import Checkpoint, sign_head
from casework.errors import BrokenLedgerError, CaseworkError, CaseworkInputError, EventConflictError
from casework.exporting import ExportPage, csv_lines, export_page, json_lines, records
from casework.ledger import LedgerStore
from casework.offenders import Offenders
from casework.outbox import CaseOutbox
from casework.proof import Proof, prove
from casework.reporting import Complaints
from casework.retention import Retained, retain
from casework.reviewing import QueuePage, ReviewQueue
from casework.states import State, Step, next_state

__all__ = [
    "Answer",
    "BlockList",
    "BrokenLedgerError",
    "CallBudget",
    "CaseOutbox",
    "CaseworkError",
    "CaseworkInputError",
    "Checkpoint",
    "Complaints",
    "EventConflictError",
    "ExportPage",
    "LedgerStore",
    "Match",
    "Offenders",
    "Outcome",
    "Proof",
    "QueuePage",
    "Retained",
    "ReviewQueue",
    "Spending",
    "State",
    "Step",
    "csv_lines",
    "export_page",
    "json_lines",
    "next_state",
    "prove",
    "records",
    "retain",
    "sign_head",
]
