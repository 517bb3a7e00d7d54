// A door in front of the server that adds a key, for clients that cannot send one.
//
//     KEYS=…,… node front.mjs URL
//
// Prints its own address, passes everything on to URL, and ends when its input does. Each request goes with the next key, so that
// a client in a hurry is not told to slow down. Streams stay streams, and a client that goes away is gone for the server, too. A
// `Host` and an `Origin` that name this door become the server's own; others stay, so that the server sees them.

import http from "node:http";
import { pipeline } from "node:stream";

const server = new URL(process.argv[2]);
const keys = process.env.KEYS.split(",");
const front = http.createServer((request, response) => {
  keys.push(keys.shift());
  const headers = { ...request.headers, authorization: `Bearer ${keys[0]}` };
  for (const name of ["host", "origin"]) {
    if (headers[name]) headers[name] = headers[name].replace(own, server.host);
  }
  const { hostname: host, port } = server;
  const passed = http.request({ host, port, method: request.method, path: request.url, headers, agent: false });
  passed.on("response", (answer) => {
    response.writeHead(answer.statusCode, answer.headers).flushHeaders();
    pipeline(answer, response, () => {});
  });
  passed.on("error", () => response.destroy());
  response.on("close", () => passed.destroy());
  request.pipe(passed);
});

let own;
front.listen(0, "127.0.0.1", () => {
  own = `127.0.0.1:${front.address().port}`;
  console.log(`http://${own}${server.pathname}`);
});
process.stdin.on("end", () => process.exit()).resume();
