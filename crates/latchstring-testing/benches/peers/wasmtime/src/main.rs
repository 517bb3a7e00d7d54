//! The sandbox's own guest under wasmtime: pooled instances, copy-on-write memory, an epoch to stop them by.
//!
//! `guest-on-wasmtime QJS_WASM CACHE_FILE`. Reads lines such as `trivial 100` and answers each with one line of JSON: how
//! long each run took, in microseconds. The ABI is that of `latchstring-sandbox/guest/control.h` and `src/guest.rs`.

mod snapshot;

use std::{io::BufRead, path::Path, time::Instant};

use wasmtime::{
    Config, Engine, Instance, InstanceAllocationStrategy, InstancePre, Linker, Memory, Module, PoolingAllocationConfig,
    Result, Store, TypedFunc, bail, ensure, error::Context,
};

const PREFIX: &str = "(async()=>{\n\"use strict\";\n";
const SUFFIX: &str = "\n})()";
const TRIVIAL: &str = "return 1 + 1";
const TEN_CALLS: &str = "
const rows = [];
for (let page = 0; page < 10; page++) rows.push(...(await app.rawMaterials.list({ page })).items);
const low = rows.filter((item) => item.stock < item.minimum);
low.sort((a, b) => a.stock - b.stock);
return { rows: rows.length, low: low.length, worst: low.slice(0, 5).map((item) => item.name) };
";
const LOW: &str = r#"{"rows":1000,"low":200,"worst":["Raw material 0","Raw material 0","Raw material 0","Raw material 0","Raw material 0"]}"#;
const PATHS: &str = r#"["boms.list","rawMaterials.list","rawMaterials.setStock"]"#;

const DONE: i32 = 0;
const PENDING: i32 = 2;
/// Pages of the memory that an instance may have.
const MEMORY_BYTES: usize = 64 << 20;
/// What stays resident of a slot between two runs.
const RESIDENT_BYTES: usize = 512 << 10;

/// One instance, and where its control block is.
struct Guest {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    control: usize,
}

impl Guest {
    fn new(engine: &Engine, pre: &InstancePre<()>) -> Result<Self> {
        let mut store = Store::new(engine, ());
        store.set_epoch_deadline(1);
        let instance = pre.instantiate(&mut store)?;
        let memory = instance.get_memory(&mut store, "memory").context("no memory")?;
        let control = instance.get_global(&mut store, "control").context("no control block")?;
        let control = control.get(&mut store).i32().context("its address is no number")? as usize;
        Ok(Self { store, instance, memory, control })
    }

    fn function(&mut self, name: &str) -> Result<TypedFunc<u32, i32>> {
        Ok(self.instance.get_typed_func(&mut self.store, name)?)
    }

    fn word(&self, at: usize) -> usize {
        let at = self.control + at;
        let bytes = &self.memory.data(&self.store)[at..at + 4];
        u32::from_le_bytes(bytes.try_into().expect("four bytes")) as usize
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.memory.data_mut(&mut self.store)[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Writes the parts into the input buffer, and returns their length.
    fn put_input(&mut self, parts: &[&[u8]]) -> Result<u32> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length > self.word(52) {
            let made = self.function("reserve")?.call(&mut self.store, length as u32)?;
            ensure!(made != 0, "no room for the input");
        }
        let mut at = self.word(48);
        for part in parts {
            self.put(at, part);
            at += part.len();
        }
        Ok(length as u32)
    }

    fn text(&self, pointer: usize, length: usize) -> &str {
        std::str::from_utf8(&self.memory.data(&self.store)[pointer..pointer + length]).expect("UTF-8")
    }

    /// Runs the program to its end; `page` answers each of its calls.
    fn run(&mut self, program: &str, page: &str) -> Result<String> {
        let mut limits = Vec::with_capacity(36);
        limits.extend(0_u32.to_le_bytes());
        limits.extend(1_790_000_000_000_f64.to_le_bytes());
        limits.extend(7_u64.to_le_bytes());
        for limit in [32_u32 << 20, 200, 256 << 10, 32 << 10] {
            limits.extend(limit.to_le_bytes());
        }
        self.put(self.control + 12, &limits);
        let length = self.put_input(&[PREFIX.as_bytes(), program.as_bytes(), SUFFIX.as_bytes()])?;
        let mut code = self.function("start")?.call(&mut self.store, length)?;
        let resume = self.function("resume")?;
        while code == PENDING {
            let ids = self.calls();
            let mut input = Vec::new();
            for id in ids {
                input.extend(id.to_le_bytes());
                input.extend((-1_i32).to_le_bytes());
                input.extend((page.len() as u32).to_le_bytes());
                input.extend(page.as_bytes());
                input.push(0);
            }
            let length = self.put_input(&[&input])?;
            code = resume.call(&mut self.store, length)?;
        }
        let out = self.text(self.word(56), self.word(60)).to_owned();
        ensure!(code == DONE, "{code}: {out}");
        Ok(out)
    }

    /// The ids of the calls that wait for an answer.
    fn calls(&self) -> Vec<u32> {
        let (pointer, length) = (self.word(76), self.word(80));
        let mut bytes = &self.memory.data(&self.store)[pointer..pointer + length];
        let mut ids = Vec::new();
        while !bytes.is_empty() {
            let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
            ids.push(word(0));
            bytes = &bytes[12 + word(4) as usize + word(8) as usize..];
        }
        ids
    }
}

fn engine() -> Result<Engine> {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_core_instances(4);
    pool.total_memories(4);
    pool.total_tables(4);
    pool.max_memory_size(MEMORY_BYTES);
    pool.linear_memory_keep_resident(RESIDENT_BYTES);
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config.memory_init_cow(true);
    config.epoch_interruption(true);
    config.max_wasm_stack(2 << 20);
    Ok(Engine::new(&config)?)
}

/// The module with its engine started, from the cache or compiled and put there.
fn module(engine: &Engine, wasm: &Path, cache: &Path) -> Result<Module> {
    if cache.exists() {
        // SAFETY: this program wrote the file.
        return Ok(unsafe { Module::deserialize_file(engine, cache)? });
    }
    let wasm = std::fs::read(wasm)?;
    let plain = Module::new(engine, &wasm)?;
    let mut guest = Guest::new(engine, &Linker::new(engine).instantiate_pre(&plain)?)?;
    let init = guest.instance.get_typed_func::<(), i32>(&mut guest.store, "init")?;
    ensure!(init.call(&mut guest.store, ())? == 0, "the engine does not start");
    let length = guest.put_input(&[PATHS.as_bytes()])?;
    ensure!(guest.function("expose")?.call(&mut guest.store, length)? == 0, "`app` is not made");
    let started = Module::new(engine, snapshot::with_memory(&wasm, guest.memory.data(&guest.store)))?;
    std::fs::write(cache, started.serialize()?)?;
    Ok(started)
}

/// A hundred rows, some 6 KB.
fn page() -> String {
    let items: Vec<String> = (0..100)
        .map(|i| {
            let stock = i * 37 % 101;
            format!(r#"{{"id":"rm-{i}","name":"Raw material {i}","stock":{stock},"minimum":20}}"#)
        })
        .collect();
    format!(r#"{{"items":[{}]}}"#, items.join(","))
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, wasm, cache] = arguments.as_slice() else {
        bail!("guest-on-wasmtime QJS_WASM CACHE_FILE");
    };
    let engine = engine()?;
    let module = module(&engine, Path::new(wasm), Path::new(cache))?;
    let pre = Linker::new(&engine).instantiate_pre(&module)?;
    let page = page();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (name, times) = line.split_once(' ').context("a name and a number")?;
        let (program, expected) = match name {
            "trivial" => (TRIVIAL, "2"),
            "ten" => (TEN_CALLS, LOW),
            other => bail!("no program is called {other}"),
        };
        let mut took = Vec::new();
        for _ in 0..times.parse()? {
            let start = Instant::now();
            let result = Guest::new(&engine, &pre)?.run(program, &page)?;
            took.push(start.elapsed().as_secs_f64() * 1e6);
            ensure!(result == expected, "{result}");
        }
        println!("{{\"took\":{took:?}}}");
    }
    Ok(())
}
