//! The disk of a simulated node: what survives its kills, but for what was not synced yet.

use std::time::Duration;

use maelstrom::storage::{Batch, Image};

use crate::random::{Stream, Streams};

/// What a sync takes on average: about that of a good disk.
const SYNC: Duration = Duration::from_millis(1);

/// One node's disk.
#[derive(Debug)]
pub(super) struct Disk {
    durable: Image,
    /// Written, and lost at a crash, or the last of it.
    unsynced: Vec<Batch>,
    random: Stream,
}

impl Disk {
    pub(super) fn new(node: &str, streams: Streams) -> Self {
        let random = streams.stream(&format!("disk.{node}"));
        Self { durable: Image::default(), unsynced: Vec::new(), random }
    }

    /// What a node finds that starts now.
    pub(super) fn stored(&self) -> &Image {
        &self.durable
    }

    pub(super) fn write(&mut self, batch: Batch) {
        self.unsynced.push(batch);
    }

    pub(super) fn is_synced(&self) -> bool {
        self.unsynced.is_empty()
    }

    /// How long the next sync takes.
    pub(super) fn sync_time(&mut self) -> Duration {
        self.random.exponential(SYNC)
    }

    pub(super) fn sync(&mut self) {
        for batch in self.unsynced.drain(..) {
            self.durable.apply(&batch);
        }
    }

    /// The node is killed: of what was not synced, some of the first batches may have reached the disk.
    pub(super) fn crash(&mut self) {
        if !self.unsynced.is_empty() {
            let kept = self.random.index(self.unsynced.len() + 1);
            self.unsynced.truncate(kept);
            self.sync();
        }
    }
}

#[cfg(test)]
mod tests {
    use maelstrom::storage::Json;

    use super::*;

    fn batch(text: &str) -> Batch {
        text.parse().unwrap()
    }

    #[test]
    fn a_crash_keeps_what_was_synced_and_some_of_the_first_of_the_rest() {
        let mut kept = [0; 4];
        for seed in 0..400 {
            let mut disk = Disk::new("n1", Streams::new(seed));
            disk.write(batch(r#"[["append", 0]]"#));
            disk.sync();
            for k in 1..=3 {
                disk.write(batch(&format!(r#"[["append", {k}]]"#)));
            }
            disk.crash();
            assert!(disk.is_synced());
            let log: Vec<&str> = disk.stored().log().iter().map(Json::as_str).collect();
            assert_eq!(log, ["0", "1", "2", "3"][..log.len()]);
            kept[log.len() - 1] += 1;
        }
        assert!(kept.iter().all(|count| *count > 50), "{kept:?}");
    }
}
