// What Test262 expects of whoever runs it, made of what a program has.
var $262 = (() => {
  const { transfer } = ArrayBuffer.prototype;
  return { global: globalThis, detachArrayBuffer(buffer) { transfer.call(buffer); return null; } };
})();
var $print = console.log;
function $DONE(error) {
  $print(error ? "test262: failed: " + String(error.message || error) : "test262: done");
}
