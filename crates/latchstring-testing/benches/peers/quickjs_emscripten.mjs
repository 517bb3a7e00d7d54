// quickjs-emscripten: a new runtime for each run, in one WebAssembly instance.

import { getQuickJS } from 'quickjs-emscripten';
import { page, prelude, serve } from './programs.mjs';

const quickjs = await getQuickJS();

await serve(async (source) => {
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(32 << 20);
  const end = Date.now() + 2000;
  runtime.setInterruptHandler(() => Date.now() > end);
  const context = runtime.newContext();
  try {
    const ask = context.newFunction('ask', (given) => (JSON.parse(context.getString(given)), context.newString(page)));
    context.setProp(context.global, 'ask', ask);
    ask.dispose();
    const code = `(async () => {${prelude}\nconst main = async () => {${source}};\nreturn JSON.stringify(await main());})()`;
    const promise = context.unwrapResult(context.evalCode(code));
    runtime.executePendingJobs();
    const state = context.getPromiseState(promise);
    promise.dispose();
    const value = context.unwrapResult(state);
    const result = context.getString(value);
    value.dispose();
    return result;
  } finally {
    context.dispose();
    runtime.dispose();
  }
});
