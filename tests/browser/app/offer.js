// The page posts its offer to the backend, which makes the call with its key.
async function start() {
  const pc = new RTCPeerConnection();
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  pc.addTrack(microphone.getTracks()[0], microphone);
  pc.createDataChannel("oai-events");
  const offer = await pc.createOffer();
  await pc.setLocalDescription(offer);
  const answer = await fetch("/offer", {
    method: "POST",
    headers: { "Content-Type": "application/sdp" },
    body: offer.sdp,
  });
  if (!answer.ok) throw new Error(await answer.text());
  await pc.setRemoteDescription({ type: "answer", sdp: await answer.text() });
}

const button = Object.assign(document.createElement("button"), { textContent: "Start" });
button.addEventListener("click", start);
document.body.append(button);
