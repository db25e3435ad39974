//! What leaves a program: first what is stored, to its disk, then messages, to standard output.

use std::os::fd::AsFd;

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::{Errno, write},
};

use crate::{
    engine::Engine,
    error::Result,
    node::Node,
    outbox::Output,
    storage::{Directory, Disk},
};

/// Where the output of an engine goes.
pub(crate) struct Outlet<D: Directory, S> {
    output: Output,
    /// Without one, storage is volatile.
    disk: Option<Disk<D>>,
    told_volatile: bool,
    stdout: S,
}

impl<D: Directory, S: AsFd> Outlet<D, S> {
    pub(crate) fn new(disk: Option<Disk<D>>, stdout: S) -> Self {
        Self { output: Output::default(), disk, told_volatile: false, stdout }
    }

    /// Stores what the engine has written, in one sync, and then writes its messages, in one call if the system takes
    /// them all. Blocks until it is done. If storing fails, no message leaves.
    pub(crate) fn flush<N: Node>(&mut self, engine: &mut Engine<N>) -> Result<()> {
        engine.take_output(&mut self.output);
        if !self.output.writes.is_empty() {
            self.store(engine)?;
        }
        self.send();
        Ok(())
    }

    fn store<N: Node>(&mut self, engine: &Engine<N>) -> Result<()> {
        match &mut self.disk {
            Some(disk) => disk.store(&self.output.writes, &engine.storage().image())?,
            None if !self.told_volatile => {
                self.told_volatile = true;
                engine.core().log(
                    "storage is volatile: what this node stores is gone when it ends, since MAELSTROM_DATA names no \
                     directory for it",
                );
            }
            None => {}
        }
        Ok(())
    }

    fn send(&self) {
        let mut bytes = &self.output.bytes[..];
        while !bytes.is_empty() {
            match write(&self.stdout, bytes) {
                Ok(n) => bytes = &bytes[n..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let mut fds = [PollFd::new(&self.stdout, PollFlags::OUT)];
                    let _ = poll(&mut fds, None);
                }
                // Nobody reads any more, so there is nothing left to do, and nobody to tell.
                Err(Errno::PIPE) => std::process::exit(1),
                Err(error) => {
                    eprintln!("writing to standard output failed: {error}");
                    std::process::exit(1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::File, io::Read as _, time::Duration};

    use super::*;
    use crate::{Context, EngineOptions, storage::fake_directory::FakeDirectory};

    #[derive(Default)]
    struct Counter;

    #[maelstrom::node]
    impl Counter {
        #[rpc]
        fn add(&mut self, ctx: &Context<Self>, delta: u64) -> Result<()> {
            let total = ctx.storage().get::<u64>("total")?.unwrap_or_default();
            ctx.storage().put("total", &(total + delta))
        }

        #[rpc]
        fn ping(&self) {}
    }

    /// A node whose outlet leads to a fake disk and into a pipe.
    struct Host {
        engine: Engine<Counter>,
        outlet: Outlet<FakeDirectory, std::io::PipeWriter>,
        directory: FakeDirectory,
        stdout: std::io::PipeReader,
    }

    impl Host {
        /// Its handshake has left, and one addition, so that there is a file.
        fn ready() -> Self {
            let directory = FakeDirectory::default();
            let (disk, _) = Disk::open(directory.clone()).unwrap();
            let (stdout, writer) = std::io::pipe().unwrap();
            let engine = Engine::new((), EngineOptions::new(0));
            let mut host = Self { engine, outlet: Outlet::new(Some(disk), writer), directory, stdout };
            host.receive(r#"{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}"#);
            host.receive(r#"{"type":"add","delta":1,"msg_id":2}"#);
            host.outlet.flush(&mut host.engine).unwrap();
            host.directory.done();
            host
        }

        fn receive(&mut self, body: &str) {
            let line = format!(r#"{{"src":"c1","dest":"n1","body":{body}}}"#);
            self.engine.receive(Duration::ZERO, line.as_bytes());
        }

        /// All that has left.
        fn written(self) -> Vec<String> {
            drop(self.outlet);
            let mut text = String::new();
            File::from(std::os::fd::OwnedFd::from(self.stdout)).read_to_string(&mut text).unwrap();
            text.lines().map(str::to_owned).collect()
        }
    }

    #[test]
    fn the_writes_of_a_batch_are_synced_once() {
        let mut host = Host::ready();
        for _ in 0..100 {
            host.receive(r#"{"type":"add","delta":1,"msg_id":2}"#);
        }
        host.outlet.flush(&mut host.engine).unwrap();
        assert_eq!(host.directory.done(), ["write", "sync"]);
        assert_eq!(host.written().len(), 102);
    }

    #[test]
    fn a_batch_without_writes_is_not_synced() {
        let mut host = Host::ready();
        host.receive(r#"{"type":"ping","msg_id":2}"#);
        host.outlet.flush(&mut host.engine).unwrap();
        assert!(host.directory.done().is_empty());
        assert_eq!(host.written().len(), 3);
    }

    #[test]
    fn no_message_of_a_batch_leaves_when_its_writes_can_not_be_made_durable() {
        for steps in [0, 1] {
            let mut host = Host::ready();
            host.directory.fail_after(steps);
            host.receive(r#"{"type":"ping","msg_id":3}"#);
            host.receive(r#"{"type":"add","delta":1,"msg_id":4}"#);
            host.outlet.flush(&mut host.engine).unwrap_err();
            assert_eq!(host.written().len(), 2, "only what left before is there");
        }
    }
}
