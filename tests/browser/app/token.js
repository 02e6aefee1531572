// The backend gives a token, and the page makes the call.
async function start() {
  const asked = await fetch("/token");
  const data = await asked.json();
  const token = data.client_secret.value;
  const pc = new RTCPeerConnection();
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  pc.addTrack(microphone.getTracks()[0], microphone);
  pc.createDataChannel("oai-events");
  const offer = await pc.createOffer();
  await pc.setLocalDescription(offer);
  const answer = await fetch("https://api.openai.com/v1/realtime?model=gpt-4o-realtime-preview", {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" },
    body: offer.sdp,
  });
  await pc.setRemoteDescription({ type: "answer", sdp: await answer.text() });
}

const button = Object.assign(document.createElement("button"), { textContent: "Start" });
button.addEventListener("click", start);
document.body.append(button);
