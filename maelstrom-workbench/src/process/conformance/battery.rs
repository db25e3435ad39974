//! A program under trial, and what checks have in common.

use std::{
    io,
    time::{Duration, Instant},
};

use super::{
    super::{interrupt::Interrupt, node::NodeProcess},
    Conformance, Finding, Grade,
    behaviour::{self, Behaviour, Needs, Outcome},
    errors, handshake,
    record::{Message, Record},
    replies::Exchange,
    session::{CLIENT, NODE, Session},
};
use crate::{
    Value,
    random::{Stream, Streams},
    topology::Topology,
    workload::{Generator, Op, Turn, Workload},
};

/// How long nothing must come, where nothing is to come. What a node sends later goes unseen.
pub(super) const QUIET: Duration = Duration::from_millis(100);

/// A program under trial.
#[expect(clippy::struct_excessive_bools, reason = "each was found out by itself")]
pub(super) struct Battery<'c> {
    config: &'c Conformance<'c>,
    start: &'c dyn Fn() -> io::Result<NodeProcess>,
    interrupt: &'c Interrupt,
    session: Option<Session<'c>>,
    generator: Option<Generator>,
    random: Stream,
    /// How many operations there were.
    turns: usize,
    /// What was wrong with lines of processes that are gone.
    record: Record,
    /// Whether it answers `init`, the workload's requests, and those that it does not know, each so that it counts as
    /// an answer.
    pub(super) comes_up: bool,
    pub(super) speaks: bool,
    pub(super) answers_unknown: bool,
    /// Whether it goes on after what it does not know and nobody waits for.
    pub(super) survives_unknown: bool,
    /// Whether it takes bodies with members that it does not know.
    pub(super) takes_more: bool,
    /// Whether its replies to the workload's requests have what they should.
    pub(super) replies_rightly: bool,
    /// What it said in its first handshake, up to the reply.
    pub(super) first_words: Vec<Message>,
    /// What came of the workload's requests.
    pub(super) exchanges: Vec<Exchange>,
    /// What came of many requests at once.
    pub(super) crowd: Vec<Message>,
}

impl<'c> Battery<'c> {
    pub(super) fn new(
        config: &'c Conformance<'c>,
        start: &'c dyn Fn() -> io::Result<NodeProcess>,
        interrupt: &'c Interrupt,
    ) -> Self {
        Self {
            config,
            start,
            interrupt,
            session: None,
            generator: config.workload.map(Workload::generator),
            random: Streams::new(0).stream("operations"),
            turns: 0,
            record: Record::default(),
            comes_up: false,
            speaks: false,
            answers_unknown: false,
            survives_unknown: false,
            takes_more: false,
            replies_rightly: false,
            first_words: Vec::new(),
            exchanges: Vec::new(),
            crowd: Vec::new(),
        }
    }

    /// Tries everything.
    pub(super) fn run(&mut self, tell: &mut dyn FnMut(Finding)) -> io::Result<()> {
        for behaviour in behaviour::all() {
            let outcome = match self.obstacle(behaviour.needs) {
                Some(outcome) => outcome,
                None => (behaviour.check)(self)?,
            };
            let (grade, detail) = match outcome {
                Outcome::Good => (Grade::Ok, None),
                Outcome::GoodBut(detail) => (Grade::Ok, Some(detail)),
                Outcome::Bad(detail) => (behaviour.grade, Some(detail)),
                Outcome::Odd(detail) => (Grade::Note, Some(detail)),
                Outcome::Untried(why) => (Grade::Untried, Some(why.to_owned())),
                Outcome::Beside => continue,
            };
            if grade != Grade::Ok {
                // What follows is not to suffer from it.
                self.end_session();
            }
            let Behaviour { name, what, otherwise, .. } = *behaviour;
            tell(Finding { name, behaviour: what, grade, detail, otherwise });
        }
        Ok(())
    }

    /// Why a behaviour can't be tried.
    fn obstacle(&self, needs: Needs) -> Option<Outcome> {
        let is_beside = match needs {
            Needs::Nothing | Needs::Handshake | Needs::Answers | Needs::SurvivesUnknown => false,
            Needs::SetUp => self.set_up().is_none(),
            Needs::Workload | Needs::WorkloadAnswers => self.config.workload.is_none(),
            Needs::Echo => self.config.workload.is_none_or(|workload| workload.name() != "echo"),
        };
        if is_beside {
            Some(Outcome::Beside)
        } else if needs == Needs::Nothing {
            None
        } else if !self.comes_up {
            Some(Outcome::Untried("it does not come up"))
        } else if matches!(needs, Needs::WorkloadAnswers | Needs::Echo) && !self.speaks
            || needs == Needs::Echo && !self.replies_rightly
        {
            Some(Outcome::Untried("it does not answer the workload's requests as it should"))
        } else if needs == Needs::Answers && !self.speaks && !self.answers_unknown {
            Some(Outcome::Untried("nothing is known that it answers as it should"))
        } else if needs == Needs::SurvivesUnknown && !self.survives_unknown {
            Some(Outcome::Untried("it does not go on after any message that it does not know"))
        } else {
            None
        }
    }

    /// Whether it answers echoes.
    pub(super) fn speaks_echo(&self) -> bool {
        self.obstacle(Needs::Echo).is_none()
    }

    pub(super) fn workload(&self) -> &'c dyn Workload {
        self.config.workload.expect("what needs one is not tried without")
    }

    pub(super) fn patience(&self) -> Duration {
        self.config.patience
    }

    pub(super) fn init_patience(&self) -> Duration {
        self.config.init_patience
    }

    /// The workload's next operation.
    pub(super) fn op(&mut self) -> Op {
        let generator = self.generator.as_mut().expect("what needs a workload is not tried without");
        // One client after another has its turn, so that every kind of operation comes up.
        let worker = self.turns % 2;
        self.turns += 1;
        let turn = Turn { worker, process: worker as u64, nodes: 1, concurrency: 2, compat: false };
        generator(&mut self.random, &turn)
    }

    /// A new process, before its handshake.
    pub(super) fn start(&mut self, nodes: &[&str]) -> io::Result<Session<'c>> {
        self.end_session();
        Ok(Session::new((self.start)()?, nodes, self.interrupt))
    }

    /// A new process after its handshake, and before the workload's set-up.
    pub(super) fn start_up(&mut self) -> io::Result<Session<'c>> {
        let mut session = self.start(&[NODE])?;
        session.send(&handshake::init_line(&[NODE]));
        let deadline = Instant::now() + self.init_patience();
        // If it does not come up this time, what follows gets no reply.
        session.find(0, deadline, |message| message.answers("c0", 1))?;
        Ok(session)
    }

    /// A process that has come up: that of the check before, if that was content with it. `None` if it does not come up
    /// this time.
    pub(super) fn session(&mut self) -> io::Result<Option<Session<'c>>> {
        if let Some(session) = self.session.take() {
            return Ok(Some(session));
        }
        let mut session = self.start_up()?;
        let mut has_come_up = session.heard.iter().any(|message| message.answers("c0", 1));
        if let (true, Some((members, _))) = (has_come_up, self.set_up()) {
            session.send(&line("c1", &members, Some(1)));
            let deadline = Instant::now() + self.patience();
            has_come_up = session.find(0, deadline, |message| message.answers("c1", 1))?.is_some();
        }
        if has_come_up {
            Ok(Some(session))
        } else {
            self.retire(session);
            Ok(None)
        }
    }

    /// The request that the workload's set-up makes of each node, and the type of its reply.
    pub(super) fn set_up(&self) -> Option<(String, &'static str)> {
        self.config.workload?.set_up(&[NODE.to_owned()], Topology::default())
    }

    /// Keeps a process for the next check.
    pub(super) fn keep(&mut self, session: Session<'c>) {
        self.session = Some(session);
    }

    /// Ends a process.
    pub(super) fn retire(&mut self, mut session: Session<'c>) {
        self.record.merge(std::mem::take(&mut session.record));
    }

    fn end_session(&mut self) {
        if let Some(session) = self.session.take() {
            self.retire(session);
        }
    }

    /// What was wrong with all lines so far.
    pub(super) fn record(&mut self) -> &Record {
        self.end_session();
        &self.record
    }

    /// Runs a check with a process that has come up.
    pub(super) fn with_session(
        &mut self,
        check: impl FnOnce(&mut Self, &mut Session<'c>) -> io::Result<Outcome>,
    ) -> io::Result<Outcome> {
        let Some(mut session) = self.session()? else {
            return Ok(Outcome::Bad("it does not come up every time".to_owned()));
        };
        let outcome = check(self, &mut session)?;
        self.keep(session);
        Ok(outcome)
    }

    /// A request that the node is known to answer, without its braces and `msg_id`.
    pub(super) fn known_request(&mut self) -> String {
        if self.speaks {
            let op = self.op();
            self.workload().request(&op)
        } else {
            errors::UNKNOWN.to_owned()
        }
    }

    /// Sends a line, and waits for the reply to it. The error says what came instead.
    pub(super) fn ask(
        &self,
        session: &mut Session<'c>,
        msg_id: u64,
        line: &str,
    ) -> io::Result<Result<Message, String>> {
        let from = session.heard.len();
        session.send(line);
        let deadline = Instant::now() + self.patience();
        let reply = session.find(from, deadline, |message| message.answers(CLIENT, msg_id))?;
        if let Some(reply) = reply {
            return Ok(Ok(reply));
        }
        let silence = session.silence(self.patience())?;
        Ok(Err(match session.heard.get(from) {
            Some(other) => format!("{silence}, but {}", other.shown()),
            None => silence,
        }))
    }

    /// Whether the node still answers.
    pub(super) fn goes_on(&mut self, session: &mut Session<'c>) -> io::Result<Result<(), String>> {
        let (members, msg_id) = (self.known_request(), session.msg_id());
        let answer = self.ask(session, msg_id, &line(CLIENT, &members, Some(msg_id)))?;
        Ok(answer.map(drop).map_err(|what| format!("it does not go on after it: {what}")))
    }

    /// Sends lines that are not to be answered, and sees that the node goes on. `Ok` has what it sent for an answer.
    pub(super) fn tell(
        &mut self,
        session: &mut Session<'c>,
        lines: &[&str],
    ) -> io::Result<Result<Option<Message>, String>> {
        let from = session.heard.len();
        for line in lines {
            session.send(line);
        }
        if let Err(what) = self.goes_on(session)? {
            return Ok(Err(what));
        }
        let probe = session.last_msg_id();
        let is_answer = |message: &Message| !message.answers(CLIENT, probe) && message.dest != NODE;
        Ok(Ok(session.find(from, Instant::now() + QUIET, is_answer)?))
    }
}

/// A message to the node, as the network writes it: the members of its body, and its id.
pub(super) fn line(src: &str, members: &str, msg_id: Option<u64>) -> String {
    let msg_id = msg_id.map(|msg_id| format!(r#","msg_id":{msg_id}"#)).unwrap_or_default();
    format!(r#"{{"src":"{src}","dest":"{NODE}","body":{{{members}{msg_id}}}}}"#)
}

/// Members of a body, as an object.
pub(super) fn object(members: &str) -> Value {
    format!("{{{members}}}").parse().expect("workloads write JSON")
}
