// Sends the faults to Cloudflare's code mode, in workerd as its local development has it (miniflare). Reads a JSON task on
// stdin, writes JSON on stdout.

import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

const LONGEST_SECONDS = 120;
const task = JSON.parse(readFileSync(0, 'utf8'));

const bundled = await build({
  entryPoints: [new URL('cloudflare_worker.mjs', import.meta.url).pathname],
  bundle: true,
  format: 'esm',
  write: false,
  target: 'es2022',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*', 'node:*'],
  logLevel: 'error',
});

const started = () =>
  new Miniflare({
    modules: true,
    script: bundled.outputFiles[0].text,
    compatibilityDate: '2026-07-01',
    compatibilityFlags: ['nodejs_compat'],
    workerLoaders: { LOADER: {} },
    bindings: { TASK: JSON.stringify({ url: task.url, key: task.key, tools: task.tools }) },
  });

let worker = started();
const answers = {};
for (const fault of task.faults) {
  const began = Date.now();
  let told;
  try {
    const asked = worker.dispatchFetch('http://worker/', { method: 'POST', body: fault.program });
    const late = new Promise((_, refuse) => setTimeout(refuse, LONGEST_SECONDS * 1000, new Error(`no answer within ${LONGEST_SECONDS} s`)));
    const answer = await Promise.race([asked, late]);
    const body = await answer.text();
    try {
      told = JSON.parse(body);
    } catch {
      told = { text: body, failed: true, calls: null };
    }
  } catch (error) {
    told = { text: error.message, failed: true, calls: null };
    await Promise.race([worker.dispose().catch(() => {}), new Promise((done) => setTimeout(done, 5000))]);
    worker = started();
  }
  answers[fault.id] = { ...told, seconds: Math.round((Date.now() - began) / 100) / 10 };
  console.error(fault.id);
}
const version = (name) => JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, task.modules))).version;
const versions = Object.fromEntries(['@cloudflare/codemode', 'ai', 'zod', 'miniflare', 'workerd'].map((name) => [name, version(name)]));
process.stdout.write(JSON.stringify({ versions: { ...versions, node: process.versions.node }, answers }), () => process.exit(0));
