#![doc = include_str!("../../docs/reports.md")]

mod body;
mod brief;
mod charts;
mod data;
mod figures;
mod focus;
mod link;
mod messages;
mod operations;
mod page;
mod place;
mod room;
mod shortfall;
mod spread;
mod svg;
mod text;
mod timeline;

pub(crate) use charts::latencies;
pub use charts::{Charts, Quantile, Rate};
pub use data::{About, Data, Stops, Window};
pub use messages::{Messages, OfType};
pub use operations::{MOST_OPERATIONS, Operation};
pub use page::MOST_BYTES;
pub(crate) use place::leave;
pub use room::MOST_MESSAGES;
pub use shortfall::Shortfall;
pub use spread::{Spread, Spreading, Trail};

/// In µs.
fn micros(nanos: u64) -> i64 {
    i64::try_from(nanos / 1_000).unwrap_or(i64::MAX)
}
