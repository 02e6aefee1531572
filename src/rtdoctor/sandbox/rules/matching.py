"""Does a rule's ``when`` hold for what was seen? And which rule is the first that does?"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, get_args

from rtdoctor.sandbox.rules.body_fault import BodyFault
from rtdoctor.sandbox.rules.conditions import (
    NOT_GIVEN,
    Endpoint,
    FaultWhen,
    OfferWhen,
    SessionWhen,
    UnknownKey,
    ValueCheck,
    ValueCondition,
    When,
    json_type,
)
from rtdoctor.sandbox.rules.placeholders import fill
from rtdoctor.sandbox.rules.request import ABSENT, OfferSeen, ReceivedRequest
from rtdoctor.sandbox.rules.rule_file import Rule
from rtdoctor.sandbox.sessions import Session


class RuleBook:
    """Rules in the order in which they are asked; the first that holds answers."""

    def __init__(self, rules: Sequence[Rule], *, seed: int | None = None) -> None:
        self.rules = tuple(rules)
        self.answered: Counter[str] = Counter()
        self._matched: Counter[str] = Counter()
        self._dice = random.Random(seed)  # noqa: S311 - flakiness, not a secret
        self._by_endpoint = {
            endpoint: [rule for rule in self.rules if _is_one(rule.when.endpoint, endpoint)]
            for endpoint in get_args(Endpoint)
        }

    def first(self, seen: ReceivedRequest) -> Rule | None:
        """The rule that answers, counted; ``None`` when no rule holds."""
        for rule in self._by_endpoint[seen.endpoint]:
            # A rule takes its turn only where it holds: `every` and `times` count the requests that
            # match.
            if holds(rule.when, seen) and self._takes_its_turn(rule):
                self.answered[rule.id] += 1
                return rule.at(seen.path)
        return None

    def _takes_its_turn(self, rule: Rule) -> bool:
        if rule.times is not None and self.answered[rule.id] >= rule.times:
            return False
        turn = self._matched[rule.id]
        self._matched[rule.id] += 1
        if rule.every is not None and turn % rule.every:
            return False
        return rule.probability is None or self._dice.random() < rule.probability


def holds(when: When, seen: ReceivedRequest) -> bool:
    """Whether every condition but ``endpoint`` holds.

    Sets ``seen.unknown_key`` and ``seen.fault`` to what these conditions find.
    """
    return (
        _is_one(when.method, seen.method)
        and _is_like(when.path, seen.path)
        and _any_of(when.auth, seen.auth)
        and _session_holds(when.session, seen.session, seen)
        and _meets(when.credential, _or_absent(seen.credential), seen)
        and _meets(when.key, _or_absent(seen.key), seen)
        and (when.call is None or _is_one(when.call, seen.call or ""))
        and _meets(when.label, _or_absent(seen.label), seen)
        and _meets(when.buffered_ms, _or_absent(seen.buffered_ms), seen)
        and _meets(when.content_type, seen.content_type, seen)
        and all(_meets(c, seen.query.get(n, ABSENT), seen) for n, c in when.query.items())
        and all(
            _meets(c, seen.headers.get(n.lower(), ABSENT), seen) for n, c in when.headers.items()
        )
        and (when.body_kind is None or _is_one(when.body_kind, seen.body_kind))
        and all(_meets(c, seen.at(path), seen) for path, c in when.body.items())
        and _offer_holds(when.offer, seen)
        and _unknown_key_holds(when.unknown_key, seen)
        and (when.has_spoken is None or when.has_spoken == seen.has_spoken)
        and _fault_holds(when.fault, seen)  # last: only this reads the body by the schema
    )


def _or_absent(value: str | float | None) -> Any:
    return ABSENT if value is None else value


def _is_one(wanted: str | Sequence[str] | None, value: str) -> bool:
    return wanted is None or value == wanted or (not isinstance(wanted, str) and value in wanted)


def _any_of(wanted: str | Sequence[str] | None, values: Sequence[str]) -> bool:
    return wanted is None or any(_is_one(wanted, value) for value in values)


def _is_like(wanted: str | Sequence[str] | None, value: str) -> bool:
    if wanted is None:
        return True
    patterns = [wanted] if isinstance(wanted, str) else wanted
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _meets(condition: ValueCondition | None, value: Any, seen: ReceivedRequest) -> bool:
    if condition is None:
        return True
    if not isinstance(condition, ValueCheck):
        return (value is ABSENT) == (condition == "absent")
    return value is not ABSENT and _check_holds(condition, value, seen)


def _check_holds(check: ValueCheck, value: Any, seen: ReceivedRequest) -> bool:
    text = value if isinstance(value, str) else ""
    # A bool is an int in Python; in JSON it is no number.
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return (
        (check.equals is NOT_GIVEN or _same(value, check.equals, seen))
        and (check.not_equals is NOT_GIVEN or not _same(value, check.not_equals, seen))
        and (check.one_of is None or value in check.one_of)
        and (check.none_of is None or value not in check.none_of)
        and (check.matches is None or re.search(check.matches, text) is not None)
        and (check.not_matches is None or re.search(check.not_matches, text) is None)
        and (check.type is None or _is_one(check.type, json_type(value)))
        and (check.below is None or (number is not None and number < check.below))
        and (check.above is None or (number is not None and number > check.above))
    )


def _same(value: Any, wanted: Any, seen: ReceivedRequest) -> bool:
    if isinstance(wanted, str):
        return bool(value == fill(wanted, seen.look_up))
    # JSON tells true from 1; in Python they are equal.
    return bool(value == wanted and isinstance(value, bool) == isinstance(wanted, bool))


def _session_holds(
    wanted: SessionWhen | None, session: Session | None, seen: ReceivedRequest
) -> bool:
    if wanted is None:
        return True
    if session is None:
        return False
    minted_at = seen.token.minted_at if seen.token else ""
    return (
        _is_one(wanted.dialect, session.dialect)
        and _is_one(wanted.type, session.type)
        and _is_like(wanted.minted_at, minted_at)
        and _meets(wanted.model, _or_absent(session.model), seen)
    )


def _offer_holds(wanted: OfferWhen | None, seen: ReceivedRequest) -> bool:
    if wanted is None:
        return True
    offer: OfferSeen = seen.offer
    return all(
        expected is None or expected == found
        for expected, found in (
            (wanted.sdp, offer.sdp),
            (wanted.final_newline, offer.final_newline),
            (wanted.audio, offer.audio),
            (wanted.channel, offer.channel),
            (wanted.ice, offer.ice),
            (wanted.dtls, offer.dtls),
        )
    )


def _unknown_key_holds(wanted: UnknownKey | None, seen: ReceivedRequest) -> bool:
    if wanted is None:
        return True
    holder = seen.at(wanted.at)
    if not isinstance(holder, dict):
        return False
    unknown = next((key for key in holder if key not in wanted.known), None)
    if unknown is None:
        return False
    seen.unknown_key = f"{wanted.at}.{unknown}" if wanted.at else unknown
    return True


def _fault_holds(wanted: FaultWhen | None, seen: ReceivedRequest) -> bool:
    if wanted is None:
        return True
    seen.fault = next((f for f in seen.faults if _fault_meets(wanted, f, seen)), None)
    return seen.fault is not None


def _fault_meets(wanted: FaultWhen, fault: BodyFault, seen: ReceivedRequest) -> bool:
    return (
        _meets(wanted.code, fault.code, seen)
        and _meets(wanted.param, fault.param, seen)
        and _meets(wanted.message, fault.message, seen)
    )
