// isolated-vm: a new isolate for each run.

import ivm from 'isolated-vm';
import { page, prelude, serve } from './programs.mjs';

await serve(async (source) => {
  const isolate = new ivm.Isolate({ memoryLimit: 64 });
  try {
    const context = await isolate.createContext();
    context.global.setSync('ask', new ivm.Callback((given) => (JSON.parse(given), page)));
    const code = `(async () => {${prelude}\nconst main = async () => {${source}};\nreturn JSON.stringify(await main());})()`;
    return await context.eval(code, { promise: true, timeout: 2000 });
  } finally {
    isolate.dispose();
  }
});
