//! The wall clock of a node, which its host may put wrong.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use maelstrom::{Context, Ulid};
use support::Host;

/// 2024-01-01, where the clock of an engine begins if its host says nothing.
const BEGIN: Duration = Duration::from_secs(1_704_067_200);

#[derive(Default)]
struct Watch;

#[maelstrom::node]
impl Watch {
    #[rpc(reply(unix_ms, ulid_ms, now_ms))]
    fn look(&self, ctx: &Context<Self>) -> (u128, u64, u128) {
        ctx.log("looked");
        let ulid: Ulid = ctx.ulid();
        (ctx.unix_time().as_millis(), ulid.timestamp_ms(), ctx.now().as_millis())
    }

    #[every(100ms)]
    fn tick(&mut self) {}
}

/// What the node sees: the Unix time twice, and the time since its start, in ms.
fn look(host: &mut Host<Watch>) -> [u64; 3] {
    let line = host.body(r#"{"type":"look","msg_id":2}"#).pop().unwrap();
    let reply: serde_json::Value = serde_json::from_str(&line).unwrap();
    ["unix_ms", "ulid_ms", "now_ms"].map(|name| reply["body"][name].as_u64().unwrap())
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}

#[test]
fn a_moved_clock_shows_in_the_unix_time_and_in_ulids_and_runs_on() {
    let mut host = Host::<Watch>::ready();
    host.at(50);
    assert_eq!(look(&mut host), [ms(BEGIN) + 50, ms(BEGIN) + 50, 50]);
    // An hour fast, then a day slow.
    host.engine.set_unix_epoch(BEGIN + Duration::from_secs(3_600));
    assert_eq!(look(&mut host), [ms(BEGIN) + 3_600_050, ms(BEGIN) + 3_600_050, 50]);
    host.engine.set_unix_epoch(Duration::from_secs(1_704_067_200 - 86_400));
    host.at(60);
    assert_eq!(look(&mut host), [ms(BEGIN) - 86_399_940, ms(BEGIN) - 86_399_940, 60]);
}

#[test]
fn a_moved_clock_leaves_timers_and_log_lines_alone() {
    let mut host = Host::<Watch>::ready();
    host.engine.set_unix_epoch(BEGIN + Duration::from_secs(3_600));
    assert_eq!(host.engine.deadline(), Some(Duration::from_millis(100)));
    host.at(50);
    look(&mut host);
    assert_eq!(host.output.logs[0].time, BEGIN + Duration::from_millis(50));
}
