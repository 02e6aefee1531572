"""What OpenAI's published schema says about a request body or a client event, place by place."""

from rtdoctor.schema.body_reading import read_text, read_value
from rtdoctor.schema.fault_text import explain_fault
from rtdoctor.schema.faults import Fault, FaultKind, Reading
from rtdoctor.schema.leaves import Leaf, is_required, leaves
from rtdoctor.schema.requests import RequestKind

__all__ = [
    "Fault",
    "FaultKind",
    "Leaf",
    "Reading",
    "RequestKind",
    "explain_fault",
    "is_required",
    "leaves",
    "read_text",
    "read_value",
]
