// The TypeScript SDK against a running server: what a program with a key would notice. Started by `check_node.py`.
//
//     KEY=… node check_node.mjs URL FOLDER PRODUCT
//
// FOLDER has the SDK's two generations installed. The newer one speaks 2026-07-28 and the older revisions, the older one those
// alone. PRODUCT is JSON: what `product.py` says of the product.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [url, folder, own] = process.argv.slice(2);
const product = JSON.parse(own);
const installed = createRequire(`${folder}/`);
const current = installed("@modelcontextprotocol/client");
const { Client: EarlierClient } = installed("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport: EarlierTransport } = installed("@modelcontextprotocol/sdk/client/streamableHttp.js");

const ABOUT = { name: "client-check", version: "1.0.0" };
// Computes until it is stopped, or for as long as a program may.
const LONG = "for (;;) {} return 1";
// As many as a tenant may run at once: the next one finds a place only if they have ended. A client of an older revision gives up
// with a notification, which a server without sessions cannot match to a call; the program goes on until its time is up.
const GIVEN_UP = { "2026-07-28": 8, "2025-11-25": 1 };
const SOON = 3_000;

function check(what, holds, seen) {
  assert.ok(holds, seen === undefined ? what : `${what}; seen: ${JSON.stringify(seen)}`);
  console.log(`  ok  ${what}`);
}

function transport(Transport) {
  return new Transport(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${process.env.KEY}` } } });
}

// What a tool answers as structure, as far as it is not refused.
async function call(client, name, args) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `\`${name}\` failed: ${result.content[0].text}`);
  return result.structuredContent ?? JSON.parse(result.content[0].text);
}

async function run(client, program) {
  return (await call(client, "run", { program })).result;
}

// The error with which work ends.
async function refusal(work) {
  const error = await work.then(() => null, (error) => error);
  assert.ok(error, "it was carried out");
  return error;
}

async function listed(client) {
  const { tools } = await client.listTools();
  const names = tools.map((tool) => tool.name);
  check("the tools of a read key are listed", ["search", "describe", "run"].every((name) => names.includes(name)), names);
  check("no tool that writes is", tools.every((tool) => tool.annotations.readOnlyHint) && !names.includes("run_write"), names);
}

async function found(client) {
  const { results } = await call(client, "search", { query: product.search });
  check("`search` finds the operation", results.some((one) => one.id === product.listing), results);
  const description = await client.callTool({ name: "describe", arguments: { names: [product.listing] } });
  check("`describe` declares it", description.content[0].text.includes("totalCount"), description.content);
  check("a program reads the demo data", (await run(client, product.count)) > 0);
}

async function refused(client) {
  const absent = await refusal(client.callTool({ name: "no_such_tool", arguments: {} }));
  check("a tool that is not there is an error of the protocol", absent.code === -32602, absent);
  const hidden = await refusal(client.callTool({ name: "run_write", arguments: { program: "return 1" } }));
  check(
    "one that is hidden gets the same words",
    hidden.message.replace("run_write", "no_such_tool") === absent.message,
    [hidden.message, absent.message],
  );
  const failed = await client.callTool({ name: "run", arguments: { program: "throw new Error('on purpose')" } });
  check("a program that throws is a result that says so", failed.isError && failed.content[0].text.includes("on purpose"), failed);
}

async function cancelled(client, revision) {
  const stop = new AbortController();
  const long = { name: "run", arguments: { program: LONG } };
  const works = Array.from({ length: GIVEN_UP[revision] }, () => client.callTool(long, ...signal(client, stop.signal)));
  setTimeout(() => stop.abort(), 300);
  await Promise.all(works.map(refusal));
  const since = Date.now();
  const results = await Promise.all([1, 2, 3].map((number) => run(client, `return ${number}`)));
  check("requests at once get their own answers", results.join() === "1,2,3", results);
  check("programs that were given up do not stand in their way", Date.now() - since < SOON, Date.now() - since);
}

// The earlier SDK takes a schema before the options.
function signal(client, signal) {
  return client instanceof EarlierClient ? [undefined, { signal }] : [{ signal }];
}

async function everything(what, revision, client, through) {
  console.log(`${what}, ${revision}`);
  await client.connect(through);
  const spoken = client.getNegotiatedProtocolVersion?.() ?? through.protocolVersion;
  check(`it speaks ${revision}`, spoken === revision, spoken);
  await listed(client);
  await found(client);
  await refused(client);
  await cancelled(client, revision);
  await client.close();
}

const asked = { versionNegotiation: { mode: "auto" } };
const Transport = current.StreamableHTTPClientTransport;
await everything("the TypeScript SDK", "2026-07-28", new current.Client(ABOUT, asked), transport(Transport));
await everything("the TypeScript SDK", "2025-11-25", new current.Client(ABOUT), transport(Transport));
await everything("the TypeScript SDK's first generation", "2025-11-25", new EarlierClient(ABOUT), transport(EarlierTransport));
