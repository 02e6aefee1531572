"""SDP as real peers write it, with invented ids and addresses."""

from __future__ import annotations

CHROMIUM_OFFER = """v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS 7b0a3f54-8c11-4d0e-9a77-0f1e2d3c4b5a
m=audio 51472 UDP/TLS/RTP/SAVPF 111 63 0 8
c=IN IP4 198.51.100.23
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2811832719 1 udp 2122260223 192.168.178.21 51472 typ host generation 0 network-id 1
a=candidate:1077595301 1 udp 2122194687 3f6c1b0a-2d4e-4f60-8a1b-9c0d1e2f3a4b.local 61022 typ host generation 0
a=candidate:842163049 1 udp 1685921535 198.51.100.23 51472 typ srflx raddr 192.168.178.21 rport 51472 generation 0
a=candidate:3876342295 1 tcp 1518280447 192.168.178.21 9 typ host tcptype active generation 0
a=ice-ufrag:f8Xc
a=ice-pwd:Kq2mVh7sYt0bRz4uWn1eLx9c
a=ice-options:trickle
a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendrecv
a=msid:7b0a3f54-8c11-4d0e-9a77-0f1e2d3c4b5a 1d2c3b4a-5f6e-4a7b-8c9d-0e1f2a3b4c5d
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=ssrc:1234567890 cname:aBcDeFgHiJkLmNoP
a=ssrc:1234567890 msid:7b0a3f54-8c11-4d0e-9a77-0f1e2d3c4b5a 1d2c3b4a-5f6e-4a7b-8c9d-0e1f2a3b4c5d
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:f8Xc
a=ice-pwd:Kq2mVh7sYt0bRz4uWn1eLx9c
a=ice-options:trickle
a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF
a=setup:actpass
a=mid:1
a=sctp-port:5000
a=max-message-size:262144
""".replace("\n", "\r\n")  # noqa: E501

# shaped as fact NET-ANSWER-PROFILE says
SERVICE_ANSWER = """v=0
o=- 8171932911823113024 1756310470 IN IP4 0.0.0.0
s=-
t=0 0
a=msid-semantic:WMS*
a=fingerprint:sha-256 17:8C:2D:94:E0:5A:6B:31:47:F2:9D:0E:83:B6:C5:1A:72:4F:88:D1:0B:3C:E9:56:A7:12:FD:60:95:2E:4B:C8
a=ice-lite
a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=setup:active
a=mid:0
a=ice-ufrag:dR0pW4/a
a=ice-pwd:uY3/kT6nQbVx8sLzE1oGhM5wJc0rNfPi
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=ssrc:2712309812 cname:realtimeapi
a=sendrecv
a=candidate:993865896 1 udp 2130706431 203.0.113.46 3478 typ host ufrag dR0pW4/a
a=candidate:1432411780 1 tcp 1671430143 203.0.113.46 443 typ host tcptype passive ufrag dR0pW4/a
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=setup:active
a=mid:1
a=sctp-port:5000
a=max-message-size:1073741823
a=ice-ufrag:dR0pW4/a
a=ice-pwd:uY3/kT6nQbVx8sLzE1oGhM5wJc0rNfPi
""".replace("\n", "\r\n")  # noqa: E501
