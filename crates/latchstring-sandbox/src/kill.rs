//! The kill switch: a check woven into all compiled code.
//!
//! At every function entry and every loop turn the code reads one word of its memory and traps when it is not zero.
//! Another thread writes that word. Nothing in the guest, not even a native loop of the engine, runs past it for long;
//! the price is some seven per cent of computing time.
//!
//! The read is atomic, which costs no more. Of plain reads the compiler knows that nothing can have changed in between where a
//! loop neither writes memory nor calls anything, and it reads once, before the loop. Such a loop would never end.

use wasmer::{
    LocalFunctionIndex,
    sys::{
        FunctionMiddleware, MiddlewareError, MiddlewareReaderState, ModuleMiddleware,
        wasmparser::{BlockType, MemArg, Operator},
    },
};

/// Changes whenever the woven code does, so that artifacts compiled with another are not used.
pub(crate) const KILL_SWITCH_VERSION: u32 = 2;

/// Weaves the check into a module. `word` is the address of the word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KillSwitch {
    pub(crate) word: u32,
}

impl ModuleMiddleware for KillSwitch {
    fn generate_function_middleware<'a>(&self, _: LocalFunctionIndex) -> Box<dyn FunctionMiddleware<'a> + 'a> {
        Box::new(InFunction {
            word: self.word,
            entered: false,
        })
    }
}

#[derive(Debug)]
struct InFunction {
    word: u32,
    entered: bool,
}

impl InFunction {
    fn check(&self, state: &mut MiddlewareReaderState<'_>) {
        let memarg = MemArg {
            align: 2,
            max_align: 2,
            offset: u64::from(self.word),
            memory: 0,
        };
        state.extend(&[
            Operator::I32Const { value: 0 },
            Operator::I32AtomicLoad { memarg },
            Operator::If {
                blockty: BlockType::Empty,
            },
            Operator::Unreachable,
            Operator::End,
        ]);
    }
}

impl<'a> FunctionMiddleware<'a> for InFunction {
    fn feed(&mut self, operator: Operator<'a>, state: &mut MiddlewareReaderState<'a>) -> Result<(), MiddlewareError> {
        if !self.entered {
            self.entered = true;
            self.check(state);
        }
        let is_loop = matches!(operator, Operator::Loop { .. });
        state.push_operator(operator);
        if is_loop {
            self.check(state);
        }
        Ok(())
    }
}
