//! How far a test is, as far as its operations tell.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use maelstrom_workbench::{
    Value,
    cluster::RECOVERY,
    history::{Kind, Operation, Process},
};

/// Counts what happens in a run. The counters are only written by the run, and read by whoever tells of them.
#[derive(Debug)]
pub(super) struct Progress {
    time_limit: Duration,
    /// Whether final operations follow, after a time of recovery.
    has_final: bool,
    /// When the history's time was 0, by the wall clock; `None` if time is virtual.
    began: Option<OnceLock<Instant>>,
    /// The last moment that was heard of, in ns, and the last one of an operation.
    time: AtomicU64,
    operation_time: AtomicU64,
    has_begun: AtomicBool,
    is_final: AtomicBool,
    open: AtomicU64,
    ok: AtomicU64,
    fail: AtomicU64,
    info: AtomicU64,
    messages: AtomicU64,
    /// The faults of the moment, by kind.
    faults: Mutex<BTreeMap<String, String>>,
}

impl Progress {
    pub(super) fn new(time_limit: Duration, has_final: bool, is_real: bool) -> Self {
        Self {
            time_limit,
            has_final,
            began: is_real.then(OnceLock::new),
            time: AtomicU64::new(0),
            operation_time: AtomicU64::new(0),
            has_begun: AtomicBool::new(false),
            is_final: AtomicBool::new(false),
            open: AtomicU64::new(0),
            ok: AtomicU64::new(0),
            fail: AtomicU64::new(0),
            info: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            faults: Mutex::default(),
        }
    }

    pub(super) fn operation(&self, operation: &Operation) {
        self.time.fetch_max(operation.time, Ordering::Relaxed);
        self.operation_time.store(operation.time, Ordering::Relaxed);
        self.has_begun.store(true, Ordering::Relaxed);
        if let Some(began) = &self.began {
            began.get_or_init(|| {
                let now = Instant::now();
                now.checked_sub(Duration::from_nanos(operation.time)).unwrap_or(now)
            });
        }
        if operation.process == Process::Nemesis {
            self.fault(operation);
            return;
        }
        self.is_final.store(operation.is_final, Ordering::Relaxed);
        let counter = match operation.kind {
            Kind::Invoke => &self.open,
            Kind::Ok => &self.ok,
            Kind::Fail => &self.fail,
            Kind::Info => &self.info,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        if operation.kind != Kind::Invoke {
            self.open.fetch_sub(1, Ordering::Relaxed);
        }
    }

    pub(super) fn received(&self, time: Duration) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.time.fetch_max(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many messages nodes and clients have got.
    pub(super) fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    /// The line, without the rate of messages.
    pub(super) fn line(&self, messages_per_s: u64) -> String {
        let elapsed = match &self.began {
            Some(began) => began.get().map(Instant::elapsed),
            None => Some(Duration::from_nanos(self.time.load(Ordering::Relaxed))),
        };
        self.line_at(elapsed.unwrap_or_default(), messages_per_s)
    }

    fn line_at(&self, elapsed: Duration, messages_per_s: u64) -> String {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let mut line = format!(
            "{} · ok {} fail {} info {} · {messages_per_s} messages/s",
            self.phase(elapsed),
            count(&self.ok),
            count(&self.fail),
            count(&self.info),
        );
        for fault in self.faults.lock().unwrap_or_else(PoisonError::into_inner).values() {
            line.extend([" · ", fault]);
        }
        line
    }

    /// Which phase the run is in. If no operation is left long before the time limit, it is a later one than this says:
    /// operations do not tell.
    fn phase(&self, elapsed: Duration) -> String {
        let open = self.open.load(Ordering::Relaxed);
        if !self.has_begun.load(Ordering::Relaxed) {
            return "starting".to_owned();
        }
        if self.is_final.load(Ordering::Relaxed) {
            return if open > 0 { "final reads".to_owned() } else { "judging".to_owned() };
        }
        if let Some(left) = self.time_limit.checked_sub(elapsed) {
            return format!("{} s left", left.as_secs());
        }
        match open {
            0 if self.has_final => {
                let last = Duration::from_nanos(self.operation_time.load(Ordering::Relaxed));
                let left = (last.max(self.time_limit) + RECOVERY).saturating_sub(elapsed);
                format!("recovering, {} s left", left.as_secs())
            }
            0 => "judging".to_owned(),
            1 => "waiting for 1 operation".to_owned(),
            _ => format!("waiting for {open} operations"),
        }
    }

    /// Two entries each: the value of the first says what was asked for, that of the second what has come of it.
    fn fault(&self, operation: &Operation) {
        let value = &operation.value;
        let names = value.as_list().map(|names| names.iter().filter_map(Value::as_str).collect::<Vec<_>>());
        let (kind, told) = match (&*operation.f, names) {
            ("kill", names) => ("kill", names.map(|names| format!("killed: {}", names.join(" ")))),
            ("pause", names) => ("pause", names.map(|names| format!("paused: {}", names.join(" ")))),
            ("start", _) => ("kill", None),
            ("resume", _) => ("pause", None),
            (other, _) => match other.split_once('-') {
                Some(("start", kind)) => {
                    let what = value.as_str().map_or_else(String::new, |what| format!(": {what}"));
                    (kind, Some(format!("{kind}{what}")))
                }
                Some((_, kind)) => (kind, None),
                None => return,
            },
        };
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        match told {
            // The second entry of a partition does not have its kind.
            Some(told) if faults.get(kind).is_some_and(|known| known.starts_with(&told)) => {}
            Some(told) => drop(faults.insert(kind.to_owned(), told)),
            None => drop(faults.remove(kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of ten seconds, seen in virtual time.
    struct Seen(Progress, usize);

    impl Seen {
        fn new(has_final: bool) -> Self {
            Self(Progress::new(Duration::from_secs(10), has_final, false), 0)
        }

        fn operation(&mut self, seconds: u64, kind: Kind, f: &str, is_final: bool) {
            let process = if f == "start-partition" { Process::Nemesis } else { Process::Client(0) };
            let value = if f == "start-partition" { "majority".into() } else { Value::Null };
            let time = seconds * 1_000_000_000;
            let mut operation = Operation::new(self.1, time, process, kind, f, value);
            operation.is_final = is_final;
            self.0.operation(&operation);
            self.1 += 1;
        }

        #[track_caller]
        fn shows(&self, seconds: f64, line: &str) {
            assert_eq!(self.0.line_at(Duration::from_secs_f64(seconds), 5), line);
        }
    }

    #[test]
    fn every_phase_has_its_words() {
        let mut seen = Seen::new(true);
        seen.shows(0.0, "starting · ok 0 fail 0 info 0 · 5 messages/s");
        seen.operation(0, Kind::Invoke, "add", false);
        seen.operation(1, Kind::Ok, "add", false);
        seen.shows(1.5, "8 s left · ok 1 fail 0 info 0 · 5 messages/s");
        seen.operation(2, Kind::Info, "start-partition", false);
        seen.operation(9, Kind::Invoke, "add", false);
        seen.shows(10.5, "waiting for 1 operation · ok 1 fail 0 info 0 · 5 messages/s · partition: majority");
        seen.operation(12, Kind::Info, "add", false);
        seen.shows(14.5, "recovering, 7 s left · ok 1 fail 0 info 1 · 5 messages/s · partition: majority");
        seen.operation(22, Kind::Invoke, "read", true);
        seen.shows(22.5, "final reads · ok 1 fail 0 info 1 · 5 messages/s · partition: majority");
        seen.operation(23, Kind::Ok, "read", true);
        seen.shows(23.0, "judging · ok 2 fail 0 info 1 · 5 messages/s · partition: majority");
    }

    #[test]
    fn all_faults_of_the_moment_are_shown() {
        let seen = Seen::new(true);
        let mut index = 0;
        let mut fault = |f: &'static str, values: [&str; 2]| {
            for value in values {
                let operation =
                    Operation::new(index, 1, Process::Nemesis, Kind::Info, f, value.parse().unwrap());
                seen.0.operation(&operation);
                index += 1;
            }
            let line = seen.0.line_at(Duration::from_secs(1), 5);
            line.split_once("messages/s").unwrap().1.to_owned()
        };
        assert_eq!(fault("kill", ["null", r#"["n1","n2"]"#]), " · killed: n1 n2");
        assert_eq!(
            fault("start-partition", [r#""one""#, r#"["isolated",{}]"#]),
            " · killed: n1 n2 · partition: one"
        );
        assert_eq!(
            fault("start-loss", ["null", r#"{"probability":0.2}"#]),
            " · killed: n1 n2 · loss · partition: one"
        );
        assert_eq!(fault("start", ["null", r#"["n1","n2"]"#]), " · loss · partition: one");
        assert_eq!(fault("stop-partition", ["null", r#""network-healed""#]), " · loss");
        assert_eq!(fault("pause", ["null", r#"["n0"]"#]), " · loss · paused: n0");
        assert_eq!(fault("resume", ["null", r#"["n0"]"#]), " · loss");
        assert_eq!(fault("stop-loss", ["null", "null"]), "");
    }

    #[test]
    fn recovery_begins_with_the_limit_if_nothing_is_outstanding() {
        let mut seen = Seen::new(true);
        seen.operation(1, Kind::Invoke, "add", false);
        seen.operation(2, Kind::Fail, "add", false);
        seen.shows(10.5, "recovering, 9 s left · ok 0 fail 1 info 0 · 5 messages/s");
        // A clock that is late shows no nonsense.
        seen.shows(25.0, "recovering, 0 s left · ok 0 fail 1 info 0 · 5 messages/s");
    }

    #[test]
    fn without_final_operations_nothing_recovers() {
        let mut seen = Seen::new(false);
        seen.operation(1, Kind::Invoke, "echo", false);
        seen.operation(2, Kind::Ok, "echo", false);
        seen.shows(10.5, "judging · ok 1 fail 0 info 0 · 5 messages/s");
    }
}
