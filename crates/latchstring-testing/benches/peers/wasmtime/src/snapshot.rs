//! The module with its engine started: the same code, and the memory that the engine left as its data.

const WASM_PAGE: usize = 64 << 10;
const PIECE: usize = 4096;
const MEMORY: u8 = 5;
const DATA: u8 = 11;
const DATA_COUNT: u8 = 12;

/// The module `wasm` with `memory` in place of what it had.
pub fn with_memory(wasm: &[u8], memory: &[u8]) -> Vec<u8> {
    let mut made = wasm[..8].to_vec();
    let mut rest = &wasm[8..];
    while let Some((&id, behind)) = rest.split_first() {
        rest = behind;
        let length = take(&mut rest) as usize;
        let (body, behind) = rest.split_at(length);
        rest = behind;
        match id {
            MEMORY => section(&mut made, MEMORY, &memory_type(body, memory.len() / WASM_PAGE)),
            DATA | DATA_COUNT => {}
            _ => section(&mut made, id, body),
        }
    }
    section(&mut made, DATA, &segments(memory));
    made
}

fn memory_type(mut body: &[u8], pages: usize) -> Vec<u8> {
    assert_eq!(take(&mut body), 1, "one memory");
    let (flags, _, most) = (take(&mut body), take(&mut body), take(&mut body));
    assert_eq!(flags, 1, "a memory with a maximum");
    let mut made = Vec::new();
    for number in [1, flags, pages as u64, most] {
        put(&mut made, number);
    }
    made
}

fn segments(memory: &[u8]) -> Vec<u8> {
    let is_empty = |piece: &[u8]| piece.iter().all(|byte| *byte == 0);
    let mut count = 0;
    let mut body = Vec::new();
    for (at, piece) in memory.chunks(PIECE).enumerate().filter(|(_, piece)| !is_empty(piece)) {
        count += 1;
        // To memory 0, at a constant.
        body.extend([0, 0x41]);
        put_signed(&mut body, (at * PIECE) as i64);
        body.push(0x0b);
        put(&mut body, piece.len() as u64);
        body.extend(piece);
    }
    let mut made = Vec::new();
    put(&mut made, count);
    made.extend(body);
    made
}

fn section(made: &mut Vec<u8>, id: u8, body: &[u8]) {
    made.push(id);
    put(made, body.len() as u64);
    made.extend(body);
}

fn take(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return number;
        }
    }
}

fn put(made: &mut Vec<u8>, mut number: u64) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            return made.push(byte);
        }
        made.push(byte | 0x80);
    }
}

fn put_signed(made: &mut Vec<u8>, mut number: i64) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0) {
            return made.push(byte);
        }
        made.push(byte | 0x80);
    }
}
