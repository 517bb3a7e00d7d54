//! Who answers the calls, and counts them.

use async_trait::async_trait;
use latchstring_core::{ErrorCode, GrantId, Json, OperationError, TenantId};
use serde_json::value::{RawValue, to_raw_value};

use crate::{Calls, Owner};

/// Longest path that an operation is asked for, in characters.
const PATH: usize = 100;

/// Longest arguments that an operation is given.
const ARGUMENT_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Host {
    owner: Option<Owner>,
    /// Two bits for each of four calls, which come round and round.
    answers: u8,
    pub(super) calls: u32,
    /// The codes that it has answered.
    pub(super) codes: Vec<ErrorCode>,
}

impl Host {
    pub(super) fn new(owner: Option<u8>, answers: u8) -> Self {
        Self {
            owner: owner.map(some_owner),
            answers,
            calls: 0,
            codes: Vec::new(),
        }
    }
}

#[async_trait]
impl Calls for Host {
    fn owner(&self) -> Option<Owner> {
        self.owner
    }

    async fn call(&mut self, path: &str, arguments: &str) -> Result<Json, OperationError> {
        assert!(path.chars().count() <= PATH, "a path of {} bytes", path.len());
        assert!(
            arguments.len() <= ARGUMENT_BYTES,
            "{} bytes of arguments",
            arguments.len()
        );
        let answer = self.answers >> (2 * (self.calls % 4)) & 3;
        self.calls += 1;
        let code = match answer {
            0 => return Ok(RawValue::NULL.to_owned()),
            // More than the liar has room for.
            1 => return Ok(to_raw_value(&"x".repeat(70_000)).unwrap_or_default()),
            2 => ErrorCode::NotFound,
            _ => ErrorCode::Revoked,
        };
        self.codes.push(code);
        Err(OperationError::new(code, "as the fuzzer wanted it"))
    }
}

fn some_owner(number: u8) -> Owner {
    let digits = format!("019a0000000070008000{number:012x}");
    let (tenant, grant) = (format!("ten_{digits}"), format!("gra_{digits}"));
    Owner {
        tenant: tenant.parse::<TenantId>().expect("an id"),
        grant: grant.parse::<GrantId>().expect("an id"),
    }
}
