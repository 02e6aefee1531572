"""Pages as people write them, put together from the pieces in which they differ."""

from __future__ import annotations

from dataclasses import dataclass

API = "https://api.openai.com/v1/realtime"

GA_MINT = """
  const minted = await fetch("https://api.openai.com/v1/realtime/client_secrets", {
    method: "POST",
    headers: { Authorization: "Bearer sk-your-key-here", "Content-Type": "application/json" },
    body: JSON.stringify({ session: { type: "realtime", model: "gpt-realtime" } }),
  });
  const data = await minted.json();"""
BETA_MINT = """
  const minted = await fetch("https://api.openai.com/v1/realtime/sessions", {
    method: "POST",
    headers: { Authorization: "Bearer sk-your-key-here", "Content-Type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-realtime-preview", voice: "verse" }),
  });
  const data = await minted.json();"""
MICROPHONE = """
  const media = await navigator.mediaDevices.getUserMedia({ audio: true });
  pc.addTrack(media.getTracks()[0], media);"""
CHANNEL = """
  const channel = pc.createDataChannel("oai-events");
  channel.onmessage = (message) => log(JSON.parse(message.data).type);"""
GA_CALL = """
  const response = await fetch("https://api.openai.com/v1/realtime/calls", {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" },
    body: sdp,
  });
  const answer = await response.text();"""
BETA_CALL = GA_CALL.replace("realtime/calls", "realtime?model=gpt-4o-realtime-preview")
SET_ANSWER = """
  await pc.setRemoteDescription({ type: "answer", sdp: answer });"""
BUTTON = """<button id="start">Start</button>"""
ON_CLICK = """
  document.querySelector("#start").addEventListener("click", () => talk());"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageShape:
    """The pieces of a page; the defaults are a page that works today."""

    mint: str = GA_MINT
    token: str = "data.value"
    media: str = MICROPHONE
    channel: str = CHANNEL
    late_channel: str = ""
    call: str = GA_CALL
    set_answer: str = SET_ANSWER
    body: str = BUTTON
    start: str = ON_CLICK
    head: str = ""

    @property
    def script(self) -> str:
        return f"""
  const log = (text) => (document.querySelector("#log").textContent += text + "\\n");
  async function talk() {{{self.mint}
  const token = {self.token};
  const pc = new RTCPeerConnection();{self.media}{self.channel}
  await pc.setLocalDescription(await pc.createOffer());{self.late_channel}
  const sdp = pc.localDescription.sdp;{self.call}{self.set_answer}
  }}{self.start}"""

    @property
    def html(self) -> str:
        return (
            f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n{self.head}\n'
            f"<title>A voice app</title>\n{self.body}\n"
            f'<pre id="log"></pre>\n<script>{self.script}\n</script>\n</html>\n'
        )


def held(listeners: str) -> str:
    return f"""
  const button = document.querySelector("#start");{listeners}"""


WORKING = {
    "plain": PageShape(),
    "blob body": PageShape(
        call=GA_CALL.replace("body: sdp", "body: new Blob([sdp], { type: 'application/sdp' })")
    ),
    "xhr": PageShape(
        call="""
  const answer = await new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", "https://api.openai.com/v1/realtime/calls");
    xhr.setRequestHeader("Authorization", `Bearer ${token}`);
    xhr.setRequestHeader("Content-Type", "application/sdp");
    xhr.onload = () => resolve(xhr.responseText);
    xhr.send(sdp);
  });"""
    ),
    "worker": PageShape(
        call="""
  const code = `onmessage = async ({ data }) => postMessage(await (await fetch(
    "https://api.openai.com/v1/realtime/calls", { method: "POST", body: data.sdp,
    headers: { Authorization: "Bearer " + data.token, "Content-Type": "application/sdp" },
  })).text())`;
  const worker = new Worker(URL.createObjectURL(new Blob([code])));
  const answer = await new Promise((resolve) => {
    worker.onmessage = (message) => resolve(message.data);
    worker.postMessage({ sdp, token });
  });"""
    ),
    "on load": PageShape(body="", start="\n  talk();"),
    "shadow root": PageShape(
        body="<voice-app></voice-app>",
        start="""
  customElements.define("voice-app", class extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = "<button aria-label='Gespräch beginnen'><svg width=20></svg></button>";
      root.querySelector("button").onclick = () => talk();
    }
  });""",
    ),
    "closed shadow root": PageShape(
        body="<voice-app></voice-app>",
        start="""
  customElements.define("voice-app", class extends HTMLElement {
    connectedCallback() {
      const root = this.attachShadow({ mode: "closed" });
      root.innerHTML = "<button>Connect</button>";
      root.querySelector("button").onclick = () => talk();
    }
  });""",
    ),
    "delayed mount": PageShape(
        body="<div id='app'>Loading</div>",
        start="""
  setTimeout(() => {
    document.querySelector("#app").innerHTML = "<button>Start</button>";
    document.querySelector("#app button").onclick = () => talk();
  }, 1500);""",
    ),
    "token first, then connect": PageShape(
        mint="",
        token="window.ready",
        body="<button id='token'>Get token</button><button id='start'>Connect</button>",
        start=f"""
  document.querySelector("#token").onclick = async () => {{{GA_MINT}
    window.ready = data.value;
  }};
  document.querySelector("#start").onclick = () => talk();""",
    ),
    "dialog above the page": PageShape(
        body="<dialog><p>This page listens.</p><button>I understand</button></dialog>" + BUTTON,
        start=ON_CLICK
        + """
  document.querySelector("dialog").showModal();
  document.querySelector("dialog button").onclick = () =>
    document.querySelector("dialog").close();""",
    ),
    "the only button, in a language of its own": PageShape(
        body="<button id='start'>Ξεκινήστε τη συζήτηση</button>"
    ),
    "icon known by its class": PageShape(
        body="""<button><svg class="lucide lucide-settings" width="24" height="24"></svg></button>
<button id="start"><svg class="lucide lucide-mic" width="24" height="24"></svg></button>"""
    ),
    "link to another page": PageShape(
        body="<a href='/contact'>Book a demo call</a> <button id='start'>Live demo</button>"
    ),
    "hold to talk": PageShape(
        body="<button id='start'>Hold to talk</button>",
        start=held("""
  button.addEventListener("pointerdown", () => talk());"""),
    ),
    "consent overlay": PageShape(
        body=BUTTON
        + """
<div id="consent" style="position:fixed;inset:0;background:#fffc"><p>We use cookies.</p>
<button onclick="document.querySelector('#consent').remove()">Accept all</button></div>"""
    ),
    "form with a select": PageShape(
        body="""
<form id="form"><label>Your name <input name="name" required></label>
<label>Voice <select name="voice" required>
<option value="">choose</option><option>alloy</option></select></label>
<button>Join the session</button></form>""",
        start="""
  document.querySelector("#form").addEventListener("submit", (event) => {
    event.preventDefault();
    talk();
  });""",
    ),
    "prompt for a key": PageShape(
        mint=GA_MINT.replace(
            '"Bearer sk-your-key-here"', '`Bearer ${prompt("Your OpenAI API key?")}`'
        )
    ),
    "label of another name": PageShape(channel=CHANNEL.replace("oai-events", "data")),
    "other buttons": PageShape(
        body="""<button>Settings</button><button>Stop</button><button>Mute microphone</button>
<button id="start">🎙️</button><button>Send message</button>"""
    ),
    "screen": PageShape(
        media=MICROPHONE
        + """
  await navigator.mediaDevices.getDisplayMedia({ video: true });"""
    ),
}

_FRAME = (
    PageShape()
    .html.replace("\\", "\\\\")
    .replace("<", "\\x3c")
    .replace("`", "\\`")
    .replace("${", "\\${")
)
WORKING["iframe"] = PageShape(
    body="<div id='frame'></div>",
    start=f"""
  const frame = document.createElement("iframe");
  frame.allow = "microphone";
  frame.srcdoc = `{_FRAME}`;
  document.querySelector("#frame").append(frame);""",
)
WORKING["minified"] = PageShape(
    start="""
  (()=>{var a=document.querySelector("#start"),b=talk;a.onclick=()=>b()})();""",
)
WORKING["detects hooks"] = PageShape(
    start="""
  const native = /^function \\w*\\(\\) \\{\\s*\\[native code\\]\\s*\\}$/;
  const looked = [
    RTCPeerConnection, RTCPeerConnection.prototype.createOffer, RTCDataChannel.prototype.send,
    MediaDevices.prototype.getUserMedia, EventTarget.prototype.addEventListener,
    Function.prototype.toString,
  ];
  const names =
    ["RTCPeerConnection", "createOffer", "send", "getUserMedia", "addEventListener", "toString"];
  const hidden = looked.every((f, i) =>
    native.test(Function.prototype.toString.call(f)) && `${f}`.includes(names[i])
    && f.name === names[i]
    && !Object.hasOwn(f, "toString"))
    && RTCPeerConnection.prototype.constructor === RTCPeerConnection
    && new RTCPeerConnection() instanceof RTCPeerConnection
    && Object.keys(window).every((key) => !/rtdoctor|playwright/i.test(key));
  document.querySelector("#start").addEventListener("click", () => {
    if (hidden) talk(); else document.title = "hooked";
  });""",
)
WORKING["page that breaks what is used"] = PageShape(
    head="""<script>
  JSON.stringify = undefined; console.debug = () => { throw new Error("no"); };
  Object.prototype.toJSON = () => "broken"; Reflect.apply = undefined;
</script>""",
    mint=GA_MINT.replace(
        'JSON.stringify({ session: { type: "realtime", model: "gpt-realtime" } })',
        """'{"session":{"type":"realtime","model":"gpt-realtime"}}'""",
    ),
)
WAYS = (
    "blob body",
    "xhr",
    "worker",
    "iframe",
    "shadow root",
    "hold to talk",
    "consent overlay",
    "form with a select",
    "prompt for a key",
    "screen",
)
"""Ways to be started and to call, whose pages are tried with a call that is refused."""
ONCE = """
  let shared;
  const mintOnce = () => (shared ??= (async () => {%s
    return data.value;
  })());
"""

BROKEN = {
    "GA token at the beta URL": PageShape(call=BETA_CALL),
    "client_secret.value of a GA answer": PageShape(token="data.client_secret.value"),
    "client_secret?.value": PageShape(token="data.client_secret?.value"),
    "client_secret as a string": PageShape(token="data.client_secret"),
    "beta everywhere": PageShape(mint=BETA_MINT, token="data.client_secret.value", call=BETA_CALL),
    "left-over header": PageShape(
        call=GA_CALL.replace("headers: {", 'headers: { "OpenAI-Beta": "realtime=v1",')
    ),
    "token used twice": PageShape(
        mint="",
        token="await mintOnce()",
        start=ONCE % GA_MINT
        + """
  document.querySelector("#start").addEventListener("click", () => { talk(); talk(); });""",
    ),
    "channel after the offer": PageShape(channel="", late_channel=CHANNEL),
    "no channel": PageShape(channel=""),
    "no audio": PageShape(media=""),
    "session.update of the beta": PageShape(
        channel=CHANNEL
        + """
  channel.onopen = () => channel.send(JSON.stringify(
    { type: "session.update", session: { voice: "verse", modalities: ["text", "audio"] } }));"""
    ),
}

OWN_FAULTS = {
    "CSP": PageShape(
        head="""<meta http-equiv="Content-Security-Policy" content="connect-src 'self'">"""
    ),
    "no such microphone": PageShape(
        media=MICROPHONE.replace("audio: true", 'audio: { deviceId: { exact: "gone" } }')
    ),
    "header that no preflight allows": PageShape(
        call=GA_CALL.replace("headers: {", 'headers: { "X-Trace": "1",')
    ),
    "script error": PageShape(mint="\n  const data = settings.token;"),
    "no button": PageShape(body="<p>Nothing to press here.</p>", start=""),
    "button of another kind": PageShape(body="<button id='start'>Delete everything</button>"),
    "hangs": PageShape(mint="\n  while (true) {}"),
    "hangs on load": PageShape(body="", start="\n  while (true) {}"),
}
_LIBRARY = '<script src="https://unpkg.com/react"></script>'
BLOCKED = {
    "library of another host": PageShape(
        head=_LIBRARY,
        start="\n  React.createElement; document.querySelector('#start').onclick = () => talk();",
    ),
    "module of another host": PageShape(
        head="""<script type="module">
  import { start } from "https://sdk.test/a.js";
  document.querySelector("#start").onclick = start;
</script>""",
        start="",
    ),
    "page that a script builds": PageShape(head=_LIBRARY, body="<main></main>", start=""),
    "request to another host": PageShape(
        mint="""
  const data = await (await fetch("https://sdk.test/token")).json();"""
    ),
    "no script, and a style sheet of another host": PageShape(
        head='<link rel="stylesheet" href="https://unpkg.com/style.css">', start=""
    ),
    "statistics": PageShape(head='<script src="https://unpkg.com/count.js"></script>'),
}
