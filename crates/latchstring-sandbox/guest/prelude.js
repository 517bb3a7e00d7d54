"use strict";
// Runs once, when the engine is made, before any program. What a program finds beyond the language is made here:
// `console` and, through `expose`, `app`. Everything a program could tamper with is taken into constants first.
(() => {
  const { __log: log, __operation: operation } = globalThis;
  delete globalThis.__log;
  delete globalThis.__operation;
  const { Proxy, TypeError } = globalThis;
  const { create, defineProperty, freeze, setPrototypeOf } = Object;
  const parse = JSON.parse;

  const hidden = (target, key, value) => defineProperty(target, key, { value, writable: true, configurable: true });

  hidden(globalThis, "console", freeze({ log, info: log, warn: log, error: log, debug: log }));

  // JSON would make `{}` of these and the loss would go unnoticed.
  const notJson = (prototype, advice) => hidden(prototype, "toJSON", () => { throw new TypeError(advice); });
  notJson(Promise.prototype, "there is a promise in it; put `await` before the call that made it");
  notJson(Map.prototype, "there is a Map in it; use `Object.fromEntries(map)` or `[...map]`");
  notJson(Set.prototype, "there is a Set in it; use `[...set]`");
  // What a number of JSON would lose, text keeps.
  const { String } = globalThis;
  hidden(BigInt.prototype, "toJSON", { toJSON() { return String(this); } }.toJSON);

  // Code from text: a program is the code, it needs no more.
  delete globalThis.eval;
  const functions = [() => {}, function* () {}, async () => {}, async function* () {}];
  for (const made of functions) {
    const prototype = Object.getPrototypeOf(made);
    const name = prototype.constructor.name;
    const refuse = function (_) { throw new TypeError(`${name}: a program cannot make code from text`); };
    defineProperty(refuse, "name", { value: name });
    defineProperty(refuse, "prototype", { value: prototype, writable: false });
    if (prototype !== Function.prototype) setPrototypeOf(refuse, Function);
    defineProperty(prototype, "constructor", { value: refuse });
    if (name === "Function") hidden(globalThis, name, refuse);
  }

  // Asked of any object by `await`, JSON, string conversion and the like; never the name of an operation.
  const asked = { __proto__: null, then: 1, toJSON: 1, constructor: 1, valueOf: 1, toString: 1, prototype: 1 };

  // A callable with no properties of its own that asks the host for `path`.
  const bare = (path) => {
    const callable = setPrototypeOf(operation(path, path), null);
    delete callable.name;
    delete callable.length;
    return callable;
  };
  // What is not there answers with a callable all the same, so that the host, and only the host, words the refusal.
  const named = (target, prefix) => new Proxy(target, freeze({
    __proto__: null,
    get(target, key) {
      if (typeof key !== "string") return undefined;
      const own = target[key];
      if (own !== undefined || asked[key]) return own;
      const path = prefix + key;
      return named(freeze(bare(path)), path + ".");
    },
  }));

  return (paths) => {
    const namespaces = create(null);
    for (const path of parse(paths)) {
      const dot = path.indexOf(".");
      const namespace = path.slice(0, dot);
      const method = path.slice(dot + 1);
      namespaces[namespace] ??= bare(namespace);
      namespaces[namespace][method] = freeze(operation(path, method));
    }
    const app = create(null);
    for (const name in namespaces) app[name] = named(freeze(namespaces[name]), name + ".");
    defineProperty(globalThis, "app", { value: named(freeze(app), "") });
  };
})();
