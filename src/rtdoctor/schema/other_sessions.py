"""Names that are right in another session: of another type, of the other dialect, of an answer.

Which name of one dialect is which of the other is migration's table; nothing is repeated here.
"""

from __future__ import annotations

from collections.abc import Iterable

from rtdoctor.migration.places import Field, ValueShape, load, split
from rtdoctor.schema.faults import Fault, FaultKind
from rtdoctor.schema.frame import Frame
from rtdoctor.schema.published import names_at, published
from rtdoctor.schema.requests import At


def of_another_session(frame: Frame, at: At) -> Fault | None:
    """The fault of an unknown name at or in a session that another kind of session has."""
    inside = frame.inside(at)
    if not inside:
        return None
    if frame.session_at == at[: -len(inside)]:
        return (
            _of_an_answer(frame, at)
            or _of_another_type(frame, at, inside)
            or _of_the_other_dialect(frame, at, inside)
        )
    return _of_the_other_dialect(frame, at, inside)


def _of_an_answer(frame: Frame, at: At) -> Fault | None:
    if at[:-1] != frame.session_at or at[-1] not in published().answers:
        return None
    return frame.fault(FaultKind.ANSWER_FIELD, at, basis=("EVT-ECHOED-SESSION",))


def _of_another_type(frame: Frame, at: At, inside: At) -> Fault | None:
    sessions = published().sessions.items()
    having = {shape for shape, s in sessions if inside[-1] in names_at(inside[:-1], s)}
    same_dialect = {shape for shape in having if shape.is_flat == frame.shape.is_flat}
    if frame.shape in having or not same_dialect:
        return None
    rows = load().astray
    astray = [a for a in rows if a.shape is frame.shape and _in_session(split(a.at)) == inside]
    meant = (_in_body(frame, split(a.means)) for a in astray)
    basis = _facts(fact for a in astray for fact in a.basis)
    return frame.fault(FaultKind.OTHER_SESSION_TYPE, at, *meant, basis=basis)


def _of_the_other_dialect(frame: Frame, at: At, inside: At) -> Fault | None:
    others = [shape for shape in ValueShape if shape.is_flat != frame.shape.is_flat]
    fields = [field for field in load().fields if inside in _places(field, others)]
    if not fields:
        return _of_a_wrapper(frame, at, inside, others)
    field = next((f for f in fields if f.place(frame.shape)), fields[0])
    goal = field.place(frame.shape)
    if goal is None and _places(field, _same_dialect(frame)):
        return frame.fault(FaultKind.OTHER_SESSION_TYPE, at)
    if goal is not None and _in_session(goal) == inside:
        return None  # both dialects have the name: what is wrong is the object around it
    meant = [] if goal is None else [_in_body(frame, goal)]
    known = (place for place in meant if place[-1] in names_at(place[:-1], frame.schema))
    kind = FaultKind.GA_NAME if frame.shape.is_flat else FaultKind.BETA_NAME
    return frame.fault(kind, at, *known, basis=_facts(field.basis))


def _of_a_wrapper(frame: Frame, at: At, inside: At, others: Iterable[ValueShape]) -> Fault | None:
    """An object of GA (``audio``) in the flat beta, which has its fields under other names."""
    if not frame.shape.is_flat:
        return None
    places = (place for field in load().fields for place in _places(field, others))
    is_wrapper = any(place[: len(inside)] == inside for place in places)
    return frame.fault(FaultKind.GA_NAME, at) if is_wrapper else None


def _same_dialect(frame: Frame) -> list[ValueShape]:
    return [shape for shape in ValueShape if shape.is_flat == frame.shape.is_flat]


def _places(field: Field, shapes: Iterable[ValueShape]) -> set[At]:
    places = (field.place(shape) for shape in shapes)
    return {_in_session(place) for place in places if place is not None}


def _in_session(place: At) -> At:
    return place[1:] if place[0] == "session" else place


def _in_body(frame: Frame, place: At) -> At:
    """A place of migration's table as a place of this body."""
    if frame.shape.is_flat or place[0] == "session":
        return (frame.session_at or ()) + _in_session(place)
    return place


def _facts(basis: Iterable[str]) -> tuple[str, ...]:
    """The ids of compiled facts among the sources of a row."""
    return tuple(source for source in basis if source.isupper())
