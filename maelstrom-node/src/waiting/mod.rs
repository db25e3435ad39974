//! Handlers that wait: tasks, the calls and sleeps they wait for, and the services they call.

mod call;
mod calls;
mod executor;
mod key_value;
pub mod reply;
mod sleep;
mod work;

pub use self::{
    call::Call,
    key_value::{KeyValue, Timestamps, Update},
    sleep::Sleep,
    work::Work,
};
pub(crate) use self::{
    call::{Request, within},
    calls::Calls,
    executor::{BoxFuture, Executor, Spawned},
    sleep::Sleepers,
    work::WorkKind,
};
