//! Attacks, each with the end it must come to.

use std::iter;

use latchstring_core::ErrorCode::{self, LimitExceeded, MemoryLimit, ProgramError, ResultNotSerializable, Timeout};

use End::{Either, Fails, Result, Slow};

#[path = "more.rs"]
mod more;

/// All of them: name, source and end.
pub(crate) fn attacks() -> impl Iterator<Item = (&'static str, String, End)> {
    let nested = format!("return {}{}", "[".repeat(30_000), "]".repeat(30_000));
    let written = KNOWN.iter().chain(more::ATTACKS);
    let written = written.map(|(name, source, end)| (*name, (*source).to_owned(), *end));
    written.chain(iter::once(("deep source nesting", nested, Fails(ProgramError))))
}

/// How an attack must end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    /// A result; the text is in it.
    Result(&'static str),
    /// That result, or too much time or memory for it: it depends on the machine.
    Slow(&'static str),
    /// A failure of this kind.
    Fails(ErrorCode),
    /// One of these: it depends on the machine which limit comes first.
    Either(ErrorCode, ErrorCode),
}

const KNOWN: &[(&str, &str, End)] = &[
    ("infinite loop", "while(true){}", Fails(Timeout)),
    ("infinite microtasks", "for(;;) await 0", Fails(Timeout)),
    (
        "loop swallowing errors",
        "for(;;){ try { for(;;); } catch(e) {} finally { for(;;); } }",
        Fails(Timeout),
    ),
    ("toJSON loop in result", "return {toJSON(){for(;;);}}", Fails(Timeout)),
    (
        "getter loop in thrown error",
        "throw {get message(){for(;;);}}",
        Fails(Timeout),
    ),
    ("wrapper break-out", "})(); for(;;); (async()=>{", Fails(Timeout)),
    (
        "memory bomb arrays",
        "const a=[]; for(;;) a.push(new Array(1e5).fill(7))",
        Either(MemoryLimit, Timeout),
    ),
    (
        "memory bomb swallow",
        "const a=[]; for(;;) { try { a.push(new Array(1e5).fill(7)) } catch(e) { } }",
        Either(MemoryLimit, Timeout),
    ),
    ("string doubling", "let s='x'; for(;;) s+=s", Fails(ProgramError)),
    (
        "string doubling flat",
        "let s='x'; for(;;) { s+=s; s.charCodeAt(3); }",
        Either(MemoryLimit, Timeout),
    ),
    (
        "ArrayBuffer 1 GiB",
        "return new ArrayBuffer(2**30).byteLength",
        Fails(MemoryLimit),
    ),
    (
        "deep recursion",
        "function f(n){ return f(n+1)+1 } return f(0)",
        Fails(ProgramError),
    ),
    (
        "deep recursion caught",
        "let d=0; function f(){ d++; f() } try { f() } catch(e) { return [e.name, e.message] }",
        Result("RangeError"),
    ),
    (
        "deep JSON.parse",
        "return JSON.parse('['.repeat(1e6))",
        Fails(ProgramError),
    ),
    (
        "deep JSON.stringify",
        "let o={}; let p=o; for(let i=0;i<1e5;i++){ p.a={}; p=p.a } return o",
        Either(ResultNotSerializable, Timeout),
    ),
    (
        "deep regex",
        "return new RegExp('('.repeat(1e5)+')'.repeat(1e5)).test('x')",
        Fails(ProgramError),
    ),
    (
        "deep toString recursion",
        "let a=[]; for(let i=0;i<1e5;i++) a=[a]; return String(a)",
        Either(ProgramError, Timeout),
    ),
    (
        "deep getter/proxy chain",
        "let p={}; for(let i=0;i<1e5;i++) p=new Proxy(p,{}); return p.x",
        Either(ProgramError, Timeout),
    ),
    (
        "deep bind chain",
        "let f=()=>1; for(let i=0;i<1e5;i++) f=f.bind(null); return f()",
        Either(ProgramError, MemoryLimit),
    ),
    (
        "regex backtracking",
        "return /^(a+)+$/.test('a'.repeat(40)+'!')",
        Fails(Timeout),
    ),
    (
        "regex backtracking 2",
        "return /(.*)*x/.exec('a'.repeat(5000))",
        Fails(Timeout),
    ),
    ("huge result", "return 'x'.repeat(20e6)", Either(MemoryLimit, Timeout)),
    ("huge log", "for(;;) console.log('x'.repeat(1000))", Fails(Timeout)),
    (
        "native: indexOf sparse",
        "return Array.prototype.includes.call({length:2**53-1}, 1)",
        Fails(Timeout),
    ),
    (
        "native: fill 4e9",
        "return new Array(2**32-2).fill(0).length",
        Either(MemoryLimit, Timeout),
    ),
    ("native: join 4e9", "return new Array(2**32-2).join('')", Fails(Timeout)),
    (
        "native: BigInt power",
        "return String(3n**(10n**5n)*7n**(10n**5n)*3n**(10n**5n)).length",
        Either(ProgramError, Timeout),
    ),
    (
        "native: BigInt toString",
        "return (1n<<2000000n).toString().length",
        Either(ProgramError, Timeout),
    ),
    (
        "native: replaceAll",
        "return 'x'.repeat(5e6).replaceAll('x','yy').length",
        Slow("10000000"),
    ),
    (
        "native: sort big",
        "return new Array(500000).fill(0).map((_, i)=>(i*7919)%500009).sort().length",
        Either(MemoryLimit, Timeout),
    ),
    (
        "native: sort evil cmp",
        "return new Array(1000).fill(0).sort(()=>{for(;;);})",
        Fails(Timeout),
    ),
    (
        "native: split",
        "return 'a'.repeat(5e6).split('').length",
        Either(MemoryLimit, Timeout),
    ),
    (
        "native: normalize",
        "return 'é'.repeat(5e6).normalize('NFD').length",
        Either(MemoryLimit, Timeout),
    ),
    (
        "native: indexOf quadratic",
        "const s='a'.repeat(4e6); return s.indexOf('a'.repeat(2e6)+'b')",
        Fails(Timeout),
    ),
    (
        "native: lastIndexOf",
        "const s='a'.repeat(400000); return s.lastIndexOf('b'+'a'.repeat(200000))",
        Result("-1"),
    ),
    (
        "native: ArrayFrom len",
        "return Array.from({length:1e9}).length",
        Either(Timeout, MemoryLimit),
    ),
    (
        "native: parse huge",
        "return JSON.parse('['+'1,'.repeat(9e6)+'1]').length",
        Either(Timeout, MemoryLimit),
    ),
    (
        "eval / Function",
        "return [eval('6*7'), new Function('return 6*7')()]",
        Fails(ProgramError),
    ),
    (
        "WebAssembly / import",
        "return [typeof WebAssembly, typeof require, typeof process, await import('fs').catch(e=>e.name)]",
        Result(r#"["undefined","undefined","undefined","ReferenceError"]"#),
    ),
    (
        "overwrite app",
        "try { app.boms.list = () => 1 } catch(e) { return e.name } return String(app.boms.list)",
        Result("TypeError"),
    ),
    (
        "pollution",
        "Object.prototype.toJSON=function(){return {evil:1}}; Array.prototype.map=()=>['evil']; Promise.prototype.then=function(){}; Object.prototype.op='x'; return await app.parts.get({a:1})",
        Result("evil"),
    ),
    (
        "pollution String",
        "String.prototype.toString=()=>'evil'; JSON.stringify=()=>'evil'; JSON.parse=()=>'evil'; return await app.parts.get({id:1})",
        Result(r#"{"got":{"id":1}}"#),
    ),
    (
        "op name object",
        "return await app.parts.get.call(null,{toJSON(){ return {id:2} }})",
        Result(r#"{"got":{"id":2}}"#),
    ),
    (
        "reach the hooks",
        "return [typeof __operation, typeof __log]",
        Result(r#"["undefined","undefined"]"#),
    ),
    ("never resolves", "await new Promise(()=>{})", Fails(ProgramError)),
    (
        "20k sequential calls",
        "for(let i=0;i<20000;i++) await app.parts.get({id:i})",
        Fails(LimitExceeded),
    ),
    (
        "20k parallel calls",
        "await Promise.all(Array.from({length:20000},(_, i)=>app.parts.get({id:i})))",
        Either(LimitExceeded, Timeout),
    ),
    (
        "all calls in parallel",
        "return (await Promise.all(Array.from({length:200},(_, i)=>app.parts.get({id:i})))).length",
        Result("200"),
    ),
    (
        "huge argument",
        "return (await app.parts.get({s:'x'.repeat(5e6)})).got.s.length",
        Either(LimitExceeded, Timeout),
    ),
    (
        "huge name",
        "try { await app['x'.repeat(1e6)]() } catch (e) { return e.message.length < 200 }",
        Result("true"),
    ),
    (
        "deep argument",
        "let o={}; let p=o; for(let i=0;i<1e5;i++){ p.a={}; p=p.a } await app.parts.get(o)",
        Either(ProgramError, Timeout),
    ),
    (
        "FinalizationRegistry",
        "const r=new FinalizationRegistry(()=>{for(;;);}); for(let i=0;i<1e5;i++) r.register({},i); return 1",
        Either(Timeout, Timeout),
    ),
    (
        "unhandled rejection",
        "Promise.reject(new Error('x')); return 1",
        Fails(ProgramError),
    ),
];
