"""The sentences for the codes that rtdoctor gives itself, as against a service's own errors."""

from __future__ import annotations

from rtdoctor.domain.outcome import LocalCode, Outcome

LOCAL_CODE: dict[LocalCode, str] = {
    LocalCode.NOT_JSON: "The answer should have been JSON and was something else.",
    LocalCode.EMPTY_BODY: "The answer had no body.",
    LocalCode.BODY_TOO_LARGE: "The answer was larger than rtdoctor reads, so it was cut off.",
    LocalCode.NO_TOKEN: "The mint succeeded, but there was no token in its answer.",
    LocalCode.TOKEN_NOT_READ: "The mint succeeded, but reading the token at the client's place in"
    " its answer throws, so no call is sent.",
    LocalCode.TOKEN_NOT_A_STRING: "The mint's answer holds a token that is not text. A page that"
    " puts it into a header sends “[object Object]”.",
    LocalCode.REDIRECT: "The service redirected elsewhere. rtdoctor does not follow with a key in"
    " hand.",
    LocalCode.ANSWER_NOT_SDP: "The answer to the call is not SDP. A browser reports this as"
    " “Failed to parse SessionDescription”.",
    LocalCode.ANSWER_REJECTED: "The WebRTC stack could not use the SDP answer.",
    LocalCode.ANSWER_WITHOUT_ICE: "The SDP answer lacks its ICE user name or password, so no path"
    " can be checked.",
    LocalCode.NO_LOCAL_CANDIDATES: "This machine offered no network address to connect from.",
    LocalCode.OFFER_FAILED: "The WebRTC stack could not make the offer.",
    LocalCode.NO_SECTIONS: "The offer or its answer has no m-section, so there is nothing to"
    " connect.",
    LocalCode.NO_REMOTE_CANDIDATES: "The SDP answer has no candidates, so there is no address to"
    " connect to.",
    LocalCode.TCP_CANDIDATES_ONLY: "The SDP answer has candidates for TCP only. A browser can use"
    " them; this probe cannot.",
    LocalCode.PRIVATE_CANDIDATES: "The SDP answer has only private or local addresses, and none of"
    " them answers here.",
    LocalCode.NO_CANDIDATE_PAIR: "No address in the SDP answer can be paired with one of this"
    " machine.",
    LocalCode.ICE_CREDENTIALS: "The ICE user name or password in the SDP answer is not the one that"
    " the service expects.",
    LocalCode.ICE_FAILED: "No network path to the service's media address was found.",
    LocalCode.ICE_DEADLINE: "No network path was found in the time allowed.",
    LocalCode.ICE_UNANSWERED: "The service's ICE checks arrive here, but it answers none of ours.",
    LocalCode.DTLS_FAILED: "A path was found, but the two sides could not agree on encryption.",
    LocalCode.DTLS_DEADLINE: "A path was found, but the encryption handshake did not finish in the"
    " time allowed.",
    LocalCode.DTLS_FINGERPRINT: "The certificate met on the path is not the one the SDP answer"
    " named.",
    LocalCode.CHANNEL_DEADLINE: "The connection stands, but the data channel did not open in the"
    " time allowed.",
    LocalCode.CHANNEL_REFUSED: "The service closed the data channel before it opened.",
    LocalCode.CHANNEL_CLOSED: "The data channel opened, and the service closed it before its first"
    " event.",
    LocalCode.CONNECTION_CLOSED: "The service closed the connection after DTLS, before its first"
    " event.",
    LocalCode.NO_CHANNEL: "The offer has no data channel, so no event can arrive.",
    LocalCode.NO_FIRST_EVENT: "The data channel is open, but no event came in the time allowed.",
    LocalCode.NOT_REACHED: "Everything tried worked, but the probe stopped short of its goal.",
    LocalCode.NOT_RECORDED: "The recording that is replayed does not hold this request.",
    LocalCode.DNS: "The service's name did not resolve.",
    LocalCode.CONNECT: "No TCP connection to the service could be made.",
    LocalCode.TLS: "The TLS handshake with the service failed.",
    LocalCode.TIMEOUT: "The service did not answer in the time allowed.",
    LocalCode.NETWORK: "The network connection broke.",
    LocalCode.PROXY: "The proxy did not let the request through.",
}


def local_code_text(outcome: Outcome) -> str:
    """What rtdoctor's own code for this outcome means; empty for a service's error.

    What an error page says is quoted after it.
    """
    signature = outcome.signature
    if signature is None or not signature.is_local:
        return ""
    text = next((text for code, text in LOCAL_CODE.items() if code.value == signature.code), "")
    if signature.code == LocalCode.NOT_JSON and signature.message:
        return f"{text.rstrip('.')} ({signature.message})."
    return text
