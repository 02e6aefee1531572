"""What OpenAI's published schema says about a request body or a client event, place by place."""

from rtdoctor.schema.body_reading import read_text, read_value
from rtdoctor.schema.fault_text import explain_fault
from rtdoctor.schema.faults import BodyReading, Fault, FaultKind
from rtdoctor.schema.leaves import Leaf, is_required, leaves
from rtdoctor.schema.requests import RequestKind

__all__ = [
    "BodyReading",
    "Fault",
    "FaultKind",
    "Leaf",
    "RequestKind",
    "explain_fault",
    "is_required",
    "leaves",
    "read_text",
    "read_value",
]
