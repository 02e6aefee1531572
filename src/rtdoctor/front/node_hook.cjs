// Loaded by NODE_OPTIONS=--require. Node's fetch heeds no proxy before Node 24, but all of Node's
// TLS, that of fetch, https, undici and ws included, is made by tls.connect. So connections to the
// target's hosts are made to the front instead, under the same name. All others stay as they are.
"use strict";
const tls = require("node:tls");
const { syncBuiltinESMExports } = require("node:module");

const front = JSON.parse(process.env.RTDOCTOR_FRONT || "{}");
const connect = tls.connect;

function led(options) {
  const origin = `https://${options.host || options.servername}:${options.port || 443}`;
  if (options.socket || options.path || !front.origins.includes(origin.toLowerCase())) {
    return options;
  }
  const changed = { ...options, host: front.host, port: front.port };
  changed.servername = options.servername || options.host;
  delete changed.lookup;
  if (options.ca) changed.ca = [].concat(options.ca, front.ca);
  return changed;
}

// tls.connect(options[, callback]) or tls.connect(port[, host][, options][, callback])
function normal(given) {
  const callback = given.find((argument) => typeof argument === "function");
  const [first, second] = given;
  const options = { ...given.find((argument) => argument !== null && typeof argument === "object") };
  if (typeof first === "number" || (typeof first === "string" && /^[0-9]+$/.test(first))) {
    options.port = Number(first);
    if (typeof second === "string") options.host = second;
  } else if (typeof first === "string") {
    options.path = first;
  }
  return [options, callback];
}

if (front.origins) {
  tls.connect = function (...given) {
    const [options, callback] = normal(given);
    return connect.call(this, led(options), callback);
  };
  syncBuiltinESMExports();
}
