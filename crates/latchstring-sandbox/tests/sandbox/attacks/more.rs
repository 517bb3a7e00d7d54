//! More attacks: on what the language calls by itself, on what the host reads, and on what the sandbox made.

use super::End::{self, Either, Fails, Result, Slow};
use latchstring_core::ErrorCode::{MemoryLimit, ProgramError, ResultTooLarge, Timeout};

pub(super) const ATTACKS: &[(&str, &str, End)] = &[
    // What loops or recurses without a loop or a call in sight.
    (
        "endless generator, spread",
        "function* g() { for (;;) yield 1 } return [...g()]",
        Either(MemoryLimit, Timeout),
    ),
    (
        "endless async generator",
        "for await (const x of (async function* () { for (;;) yield 1 })()) { }",
        Fails(Timeout),
    ),
    (
        "getter of itself",
        "const o = { get x() { return this.x } }; return o.x",
        Fails(ProgramError),
    ),
    (
        "proxy that asks itself",
        "const p = new Proxy({}, { get: (t, k, r) => r[k] }); return p.x",
        Fails(ProgramError),
    ),
    (
        "valueOf of itself",
        "const o = { valueOf() { return o + 1 } }; return o + 1",
        Fails(ProgramError),
    ),
    (
        "iterator of itself",
        "const o = { [Symbol.iterator]() { return [...o] } }; return [...o]",
        Fails(ProgramError),
    ),
    (
        "toString of itself",
        "const o = { toString() { return `${o}` } }; return `${o}`",
        Fails(ProgramError),
    ),
    (
        "list in itself, flat",
        "const a = []; a.push(a); return a.flat(Infinity)",
        Either(ProgramError, Timeout),
    ),
    (
        "async recursion",
        "const f = async () => { await f() }; await f()",
        Either(ProgramError, MemoryLimit),
    ),
    (
        "promise that resolves with itself",
        "const t = { then(r) { r(t) } }; await t",
        Fails(Timeout),
    ),
    (
        "endless finally",
        "try { for (;;); } finally { for (;;); }",
        Fails(Timeout),
    ),
    (
        "iterator that does not let go",
        "for (const x of { [Symbol.iterator]: () => ({ next: () => ({ value: 1 }), return() { for (;;); } }) }) break; return 1",
        Fails(Timeout),
    ),
    (
        "replacer that loops",
        "return JSON.stringify([1], () => { for (;;); })",
        Fails(Timeout),
    ),
    (
        "reviver that loops",
        "return JSON.parse('[1]', () => { for (;;); })",
        Fails(Timeout),
    ),
    (
        "argument that loops",
        "await app.parts.get({ toJSON() { for (;;); } })",
        Fails(Timeout),
    ),
    (
        "thrown proxy that loops",
        "throw new Proxy({}, { getPrototypeOf() { for (;;); }, get() { for (;;); }, has() { for (;;); } })",
        Fails(Timeout),
    ),
    // What fills memory.
    (
        "map",
        "const m = new Map(); for (let i = 0; ; i++) m.set(i, i)",
        Either(MemoryLimit, Timeout),
    ),
    (
        "set of text",
        "const s = new Set(); for (let i = 0; ; i++) s.add('k' + i)",
        Either(MemoryLimit, Timeout),
    ),
    (
        "weak map",
        "const w = new WeakMap(), k = []; for (;;) { const o = {}; k.push(o); w.set(o, {}) }",
        Either(MemoryLimit, Timeout),
    ),
    (
        "closures",
        "const f = []; for (;;) f.push(() => f)",
        Either(MemoryLimit, Timeout),
    ),
    (
        "typed arrays",
        "const a = []; for (;;) a.push(new Uint8Array(1 << 20))",
        Fails(MemoryLimit),
    ),
    (
        "buffer that grows",
        "const b = new ArrayBuffer(8, { maxByteLength: 2 ** 31 - 1 }); b.resize(2 ** 31 - 1); return b.byteLength",
        Either(MemoryLimit, ProgramError),
    ),
    (
        "symbols",
        "for (let i = 0; ; i++) Symbol.for('k' + i)",
        Either(MemoryLimit, Timeout),
    ),
    (
        "regular expressions",
        "const a = []; for (let i = 0; ; i++) a.push(new RegExp('a{' + i + '}'))",
        Either(MemoryLimit, Timeout),
    ),
    (
        "list doubled",
        "let a = [1]; for (;;) a = a.concat(a)",
        Either(MemoryLimit, Timeout),
    ),
    (
        "list from nowhere",
        "return await Array.fromAsync((async function* () { for (;;) yield 0 })())",
        Either(MemoryLimit, Timeout),
    ),
    (
        "chain of promises",
        "let p = Promise.resolve(); for (;;) p = p.then(() => { })",
        Either(MemoryLimit, Timeout),
    ),
    (
        "all of an endless list",
        "await Promise.all({ *[Symbol.iterator]() { for (;;) yield 1 } })",
        Either(MemoryLimit, Timeout),
    ),
    (
        "rejections without end",
        "for (;;) Promise.reject(1)",
        Either(MemoryLimit, Timeout),
    ),
    (
        "text padded",
        "return ''.padEnd(2 ** 29, 'ab').length",
        Either(MemoryLimit, ProgramError),
    ),
    (
        "text repeated too often",
        "return 'x'.repeat(2 ** 31)",
        Fails(ProgramError),
    ),
    // What native code does slowly.
    (
        "looking behind",
        "return /(?<=(a+)+b)c/.test('a'.repeat(28) + 'c')",
        Slow("false"),
    ),
    (
        "words, backtracking",
        r"return /^(?:(\w+)\s?)+$/.test('word '.repeat(30) + '!')",
        Slow("false"),
    ),
    (
        "a power modulo",
        "return String((2n ** 40000n) ** 20n).length",
        Either(Timeout, ProgramError),
    ),
    (
        "lists compared",
        "const a = new Array(3e5).fill(0); return a.sort((x, y) => { for (let i = 0; i < 1e3; i++); return x - y }).length",
        Either(Timeout, MemoryLimit),
    ),
    (
        "copied within",
        "const a = new Uint8Array(8 << 20); for (;;) a.copyWithin(1, 0)",
        Fails(Timeout),
    ),
    // What the host reads.
    (
        "list that lies about its length",
        "return new Proxy([], { get: (t, k) => k === 'length' ? 2 ** 53 - 1 : 1 })",
        Either(Timeout, MemoryLimit),
    ),
    (
        "list of nothing, very long",
        "const a = []; a.length = 2 ** 32 - 1; return a",
        Either(Timeout, MemoryLimit),
    ),
    (
        "result that is itself",
        "return { toJSON() { return this } }",
        Result("{}"),
    ),
    (
        "result too large by a little",
        "return 'x'.repeat(262143)",
        Fails(ResultTooLarge),
    ),
    (
        "error of a million errors",
        "throw new AggregateError(new Array(2e5).fill(new Error('x')), 'many')",
        Fails(ProgramError),
    ),
    (
        "error with a long chain of causes",
        "let e = new Error('x'); for (let i = 0; i < 5e4; i++) e = new Error('x', { cause: e }); throw e",
        Either(ProgramError, Timeout),
    ),
    (
        "stack without end",
        "Error.stackTraceLimit = 1e9; const f = (n) => { if (n) return f(n - 1); throw new Error('x') }; f(1500)",
        Fails(ProgramError),
    ),
    (
        "stack that is forged",
        "const e = new Error('x'); e.stack = '    at f (program.js:4294967295:4294967295)\\n'.repeat(1e4); throw e",
        Fails(ProgramError),
    ),
    (
        "error that claims to be the host's",
        "throw Object.assign(new Error('x'), { name: 'OperationError', code: 'REVOKED', operation: 'boms.list', mark: 0 })",
        Fails(ProgramError),
    ),
    (
        "printed getter",
        "console.log({ get a() { for (;;); } }); return 1",
        Fails(Timeout),
    ),
    (
        "argument that calls",
        "const r = await app.parts.get({ get a() { app.parts.get({ a: 2 }); return 1 } }); return r.got.a",
        Result("1"),
    ),
    // What the sandbox made.
    (
        "constructor of constructors",
        "return (() => { }).constructor.constructor('return 1')()",
        Fails(ProgramError),
    ),
    (
        "the global's constructor",
        "return globalThis.constructor.constructor('return this')()",
        Fails(ProgramError),
    ),
    (
        "generators' constructor",
        "return Object.getPrototypeOf(function* () { }).constructor('yield 1')().next().value",
        Fails(ProgramError),
    ),
    (
        "the engine's own modules",
        "return [typeof globalThis.std, typeof globalThis.os, typeof globalThis.bjson, typeof globalThis.scriptArgs].join()",
        Result("undefined,undefined,undefined,undefined"),
    ),
    (
        "promises replaced",
        "globalThis.Promise = class { }; return (await app.parts.get({ a: 1 })).got.a",
        Result("1"),
    ),
    (
        "the language deleted",
        "delete globalThis.JSON; delete globalThis.Promise; delete globalThis.Object; return (await app.parts.get({ a: 1 })).got.a",
        Result("1"),
    ),
    (
        "prototypes frozen",
        "for (const p of [Promise, Object, Array, Function, Error]) Object.freeze(p.prototype); return (await app.parts.get({ a: 1 })).got.a",
        Result("1"),
    ),
    (
        "the console replaced",
        "globalThis.console = null; console = { log() { } }; return typeof console.log",
        Result("function"),
    ),
];
