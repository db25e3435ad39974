//! What happened in a run, to be looked at: the figures of its report, and the page that draws them.
//!
//! [`Data`] has what is drawn, and [`page`](Data::page) makes one file of it that needs no network and no server.
//!
//! ```
//! use maelstrom::Context;
//! use maelstrom_workbench::{Simulation, visual::{About, Data}, workload::Echo};
//!
//! #[derive(Default)]
//! struct EchoNode;
//!
//! #[maelstrom::node]
//! impl EchoNode {
//!     #[rpc(reply(echo))]
//!     fn echo(&self, echo: String) -> String { echo }
//! }
//!
//! let run = Simulation::<EchoNode>::new(Echo).journal().run_seed(0);
//! let data = Data::new(&run, About::new("echo"));
//! assert_eq!(data.operations.len(), run.history.invocations().count());
//! assert!(data.messages.types.iter().any(|(kind, _)| kind == "echo_ok"));
//! ```

mod body;
mod charts;
mod data;
mod figures;
mod focus;
mod link;
mod messages;
mod operations;
mod page;
mod place;
mod spread;
mod svg;
mod text;
mod timeline;

pub(crate) use charts::latencies;
pub use charts::{Charts, Quantile, Rate};
pub use data::{About, Data, Window};
pub use messages::{MOST_MESSAGES, Messages};
pub use operations::{MOST_OPERATIONS, Operation};
pub use page::MOST_BYTES;
pub(crate) use place::leave;
pub use spread::{Spread, Spreading, Trail};

/// In µs.
fn micros(nanos: u64) -> i64 {
    i64::try_from(nanos / 1_000).unwrap_or(i64::MAX)
}
