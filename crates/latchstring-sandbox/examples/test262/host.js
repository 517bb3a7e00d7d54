// What Test262 expects of whoever runs it, made of what a program has. Harness files look for it among the globals.
(() => {
  const { transfer } = ArrayBuffer.prototype;
  const { log } = console;
  globalThis.$262 = { global: globalThis, detachArrayBuffer(buffer) { transfer.call(buffer); return null; } };
  globalThis.print = globalThis.$print = log;
  globalThis.$DONE = (error) => log(error ? "test262: failed: " + String(error.message || error) : "test262: done");
})();
