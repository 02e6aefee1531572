// Tells what a page does with WebRTC and with the microphone, from within the page.
//
// Run before the page's own scripts, in every frame, with {mark, outgoing, early}. Each record goes
// out as one console message that begins with `mark`, a random word of this run. What is used here
// is taken from the frame before the page can change it. The functions that are replaced keep their
// names, and their source reads as native code, also through Function.prototype.toString.
(given) => {
  "use strict";
  const { mark, outgoing, early } = given;
  const { apply, construct, getOwnPropertyDescriptor } = Reflect;
  const { defineProperty, create, hasOwn: own } = Object;
  const stringify = JSON.stringify;
  const parse = JSON.parse;
  const say = console.debug.bind(console);
  const now = performance.now.bind(performance);
  const origin = performance.timeOrigin;
  const Sources = WeakMap;
  const natives = new Sources();
  const [isKnown, know, nativeOf] = ["has", "set", "get"].map((n) => Sources.prototype[n]);
  const listen = EventTarget.prototype.addEventListener;
  const then = Promise.prototype.then;
  const LONGEST = 100000;
  let left = 3000; // records of one frame

  const text = (value) => {
    if (typeof value === "string") return value.slice(0, LONGEST);
    try {
      return `${value}`.slice(0, LONGEST);
    } catch {
      return "";
    }
  };
  const record = (kind, fields) => {
    if (left-- <= 0) return;
    // no prototype: a toJSON of the page's own is not called
    const flat = create(null);
    flat.kind = kind;
    flat.at = origin + now();
    for (const name in fields) {
      const value = fields[name];
      flat[name] = typeof value === "number" || typeof value === "boolean" ? value : text(value);
    }
    say(mark + stringify(flat));
  };
  const failure = (error) => {
    const name = text(error?.name ?? "");
    const message = text(error?.message ?? error);
    return name && !message.startsWith(name) ? `${name}: ${message}` : message;
  };

  // -- replacing functions so that it does not show -----------------------------------------

  const replace = (holder, name, make) => {
    const slot = holder && getOwnPropertyDescriptor(holder, name);
    if (!slot || typeof slot.value !== "function" || !slot.configurable) return;
    const native = slot.value;
    const replaced = new Proxy(native, make(native));
    apply(know, natives, [replaced, native]);
    defineProperty(holder, name, { ...slot, value: replaced });
    return replaced;
  };
  const calling = (holder, name, around) =>
    replace(holder, name, (native) => ({
      apply: (_, self, args) => around((a = args) => apply(native, self, a), self, args),
    }));
  const watched = (promise, done, failed) => {
    try {
      apply(then, promise, [done, failed]);
    } catch {}
    return promise;
  };
  const on = (target, type, hear) => apply(listen, target, [type, hear]);

  // -- WebRTC ---------------------------------------------------------------------------------

  const numbers = new Sources();
  let count = 0;
  const numberOf = (pc) => apply(nativeOf, numbers, [pc]) ?? 0;
  const channels = new Sources(); // a connection, to the channel that was made for it early

  const meet = (pc) => {
    const id = ++count;
    apply(know, numbers, [pc, id]);
    record("connection", { id });
    on(pc, "connectionstatechange", () => record("state", { id, state: pc.connectionState }));
    on(pc, "iceconnectionstatechange", () => record("ice", { id, state: pc.iceConnectionState }));
    on(pc, "track", (event) => record("remote track", { id, text: event.track?.kind }));
    on(pc, "datachannel", (event) => hear(event.channel, id, "service"));
  };
  const hear = (channel, id, by) => {
    const label = channel.label;
    record("channel", { id, label, by });
    on(channel, "open", () => record("channel open", { id, label }));
    on(channel, "close", () => record("channel closed", { id, label }));
    on(channel, "error", (event) => record("channel error", { id, label, error: failure(event.error) }));
    on(channel, "message", (event) => {
      const { data } = event;
      record("event in", { id, label, text: typeof data === "string" ? data : `${data.byteLength ?? data.size} bytes` });
    });
  };
  const Native = globalThis.RTCPeerConnection;
  const Replaced = replace(globalThis, "RTCPeerConnection", (native) => ({
    construct: (_, args, target) => {
      let pc;
      try {
        pc = construct(native, args, target === Replaced ? native : target);
      } catch (error) {
        record("connection", { error: failure(error) });
        throw error;
      }
      meet(pc);
      return pc;
    },
  }));
  if (Replaced) {
    defineProperty(Native.prototype, "constructor", { ...getOwnPropertyDescriptor(Native.prototype, "constructor"), value: Replaced });
    const alias = getOwnPropertyDescriptor(globalThis, "webkitRTCPeerConnection");
    if (alias) defineProperty(globalThis, "webkitRTCPeerConnection", { ...alias, value: Replaced });
  }
  const connection = Native?.prototype;
  const makeChannel = connection?.createDataChannel;
  const addTransceiver = connection?.addTransceiver;
  const transceivers = connection?.getTransceivers;

  // the parts of a repair that only the page's own offer can carry
  const complete = (pc) => {
    if (!early || apply(nativeOf, channels, [pc])) return;
    if (early.channel && !apply(nativeOf, hasChannel, [pc])) {
      const channel = apply(makeChannel, pc, [early.channel]);
      apply(know, channels, [pc, channel]);
      hear(channel, numberOf(pc), "repair");
    }
    const sections = apply(transceivers, pc, []);
    let audio = false;
    for (let i = 0; i < sections.length; i++) audio ||= sections[i].receiver.track.kind === "audio";
    if (early.audio && !audio) apply(addTransceiver, pc, ["audio"]);
  };
  const hasChannel = new Sources();

  calling(connection, "createDataChannel", (go, pc, args) => {
    const made = apply(nativeOf, channels, [pc]);
    if (made) return made;
    const channel = early?.channel ? go([early.channel, ...args.slice(1)]) : go();
    apply(know, hasChannel, [pc, channel]);
    hear(channel, numberOf(pc), "page");
    return channel;
  });
  calling(connection, "createOffer", (go, pc) => {
    complete(pc);
    return watched(go(), undefined, (e) => record("offer", { id: numberOf(pc), error: failure(e) }));
  });
  const describing = (kind) => (go, pc, args) => {
    const given = args[0];
    const id = numberOf(pc);
    if (kind === "local" && given === undefined) complete(pc);
    const sdp = given?.sdp ?? "";
    return watched(
      go(),
      () => record(kind, { id, text: sdp || pc[`${kind}Description`]?.sdp, type: given?.type ?? "" }),
      (e) => record(kind, { id, text: sdp, type: given?.type ?? "", error: failure(e) }),
    );
  };
  calling(connection, "setLocalDescription", describing("local"));
  calling(connection, "setRemoteDescription", describing("remote"));
  calling(connection, "close", (go, pc) => {
    record("closed", { id: numberOf(pc) });
    return go();
  });
  calling(globalThis.RTCDataChannel?.prototype, "send", (go, channel, args) => {
    let data = args[0];
    try {
      // by its text, or where that differs from run to run by its type
      if (own(outgoing, data)) data = outgoing[data];
      else if (own(outgoing, parse(data)?.type)) data = outgoing[parse(data).type];
    } catch {}
    const label = channel.label;
    record("event out", { label, text: typeof data === "string" ? data : "bytes" });
    return go([data]);
  });

  // -- media ----------------------------------------------------------------------------------

  for (const name of ["getUserMedia", "getDisplayMedia"]) {
    calling(globalThis.MediaDevices?.prototype, name, (go, _, args) => {
      let wanted = "";
      try {
        wanted = stringify(args[0] ?? null);
      } catch {}
      return watched(
        go(),
        () => record("media", { name, text: wanted }),
        (e) => record("media", { name, text: wanted, error: failure(e) }),
      );
    });
  }
  calling(globalThis.HTMLMediaElement?.prototype, "play", (go) => {
    const playing = go();
    return playing && watched(playing, undefined, (e) => record("play", { error: failure(e) }));
  });

  // -- what goes wrong in the page ------------------------------------------------------------

  on(globalThis, "securitypolicyviolation", (e) => record("csp", { text: e.blockedURI, rule: e.effectiveDirective }));
  on(globalThis, "error", (e) => {
    if (e.message) record("error", { error: failure(e.error ?? e.message), where: `${e.filename}:${e.lineno}` });
  });
  on(globalThis, "unhandledrejection", (e) => record("rejection", { error: failure(e.reason) }));

  // -- what can be pressed --------------------------------------------------------------------

  const pressable = new Sources();
  const PRESSES = ["click", "mousedown", "mouseup", "pointerdown", "pointerup", "touchstart"];
  const isPress = (type) => PRESSES.indexOf(type) >= 0;
  calling(EventTarget.prototype, "addEventListener", (go, target, args) => {
    if (isPress(text(args[0])) && target && typeof target === "object")
      apply(know, pressable, [target, `${apply(nativeOf, pressable, [target]) ?? ""} ${text(args[0])}`]);
    return go();
  });
  const closed = new Sources(); // an element, to its closed shadow root
  calling(Element.prototype, "attachShadow", (go, element) => {
    const root = go();
    apply(know, closed, [element, root]);
    return root;
  });
  // press.js asks here, by the word that only this run knows
  on(globalThis, mark, (event) => {
    event.detail.listens = (element) => apply(nativeOf, pressable, [element]) ?? "";
    event.detail.rootOf = (element) => element.shadowRoot ?? apply(nativeOf, closed, [element]);
  });

  // last, so that what was replaced above reads as what it replaced
  const shown = Function.prototype.toString;
  calling(Function.prototype, "toString", (go, self) =>
    apply(isKnown, natives, [self]) ? apply(shown, apply(nativeOf, natives, [self]), []) : go(),
  );
}
