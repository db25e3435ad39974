//! One node, while the test plays the four others. Logs are written as the terms of their entries, as in the figures.

#![allow(clippy::unwrap_used)]

use maelstrom::{
    Message, NodeId, Ulid,
    testing::{TestNode, Value, json},
};

use super::{ELECTION_TIMEOUT, Entry, HEARTBEAT, Index, Raft, Request, Term, state::Role};
use crate::lin_kv::{Command, Store};

type Node = TestNode<Raft<Store>>;

/// The logs of figure 7: that of the leader of term 8, and of six that might follow it.
const LEADER: [Term; 10] = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
const FOLLOWERS: [&[Term]; 6] = [
    &[1, 1, 1, 4, 4, 5, 5, 6, 6],
    &[1, 1, 1, 4],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    &[1, 1, 1, 4, 4, 4, 4],
    &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
];

/// A follower with this term and log.
fn node(term: Term, log: &[Term]) -> Node {
    let mut node = TestNode::new("n0", ["n0", "n1", "n2", "n3", "n4"]);
    node.storage().put("vote", &(term, None::<NodeId>)).unwrap();
    for entry in entries(log) {
        node.storage().append(&entry).unwrap();
    }
    node.restart();
    node
}

fn entries(terms: &[Term]) -> Vec<Entry<Command>> {
    let write = |value: Index| Command::Write { key: json!(1), value: json!(value) };
    let request = |index| Some(Request { id: Ulid::from_parts(0, index as u128), command: write(index) });
    (1..).zip(terms).map(|(index, term)| Entry { term: *term, request: request(index) }).collect()
}

/// The terms of the node's log, as it is stored.
fn log(node: &Node) -> Vec<Term> {
    let entries: Vec<Entry<Command>> = node.storage().entries(..).unwrap();
    entries.iter().map(|entry| entry.term).collect()
}

fn commit_index(node: &Node) -> Index {
    node.state().state.borrow().commit_index
}

fn leads(node: &Node) -> bool {
    matches!(node.state().state.borrow().role, Role::Leader(_))
}

fn asks_for_vote(node: &mut Node, candidate: &str, term: Term, last: (Index, Term)) -> bool {
    let (last_log_index, last_log_term) = last;
    let request = json!({"type": "request_vote", "term": term, "last_log_index": last_log_index,
        "last_log_term": last_log_term});
    let id = node.start_request(candidate, request);
    node.reply(id).unwrap().unwrap()["vote_granted"] == true
}

/// What a leader of this term, `n1`, is answered when it sends the end of its log from `next_index` on.
fn append(node: &mut Node, term: Term, log: &[Term], next_index: Index, leader_commit: Index) -> Value {
    let prev = next_index - 1;
    let request = json!({"type": "append_entries", "term": term, "prev_log_index": prev,
        "prev_log_term": if prev == 0 { 0 } else { log[prev - 1] }, "entries": &entries(log)[prev..],
        "leader_commit": leader_commit});
    let id = node.start_request("n1", request);
    node.reply(id).unwrap().unwrap()
}

/// Lets the node stand for election. Returns its requests for votes.
fn stands(node: &mut Node) -> Vec<Message<Value>> {
    node.sent();
    node.advance(ELECTION_TIMEOUT.end);
    let mut asked = node.sent();
    asked.retain(|message| message.body.payload["type"] == "request_vote");
    asked.split_off(asked.len() - 4)
}

fn grant(node: &mut Node, asked: &Message<Value>) {
    let term = &asked.body.payload["term"];
    node.answer(asked, json!({"type": "request_vote_ok", "term": term, "vote_granted": true}));
}

/// Elects the node with two votes of others. Returns the first requests that it sends as a leader.
fn elect(node: &mut Node) -> Vec<Message<Value>> {
    let asked = stands(node);
    grant(node, &asked[0]);
    assert!(!leads(node));
    grant(node, &asked[1]);
    assert!(leads(node));
    node.sent()
}

/// A follower's answer: from where it needs entries, after a success or not.
fn acknowledge(node: &mut Node, append: &Message<Value>, success: bool, next_index: Index) {
    let term = &append.body.payload["term"];
    let reply =
        json!({"type": "append_entries_ok", "term": term, "success": success, "next_index": next_index});
    node.answer(append, reply);
}

#[test]
fn a_vote_is_given_once_in_a_term_and_not_forgotten() {
    let mut node = node(1, &[1]);
    assert!(asks_for_vote(&mut node, "n1", 2, (1, 1)));
    assert!(!asks_for_vote(&mut node, "n2", 2, (1, 1)));
    // Its first answer may have been lost.
    assert!(asks_for_vote(&mut node, "n1", 2, (1, 1)));
    node.restart();
    assert!(!asks_for_vote(&mut node, "n2", 2, (1, 1)));
    assert!(!asks_for_vote(&mut node, "n2", 1, (9, 9)));
    assert!(asks_for_vote(&mut node, "n2", 3, (1, 1)));
}

/// §5.4.1
#[test]
fn only_a_candidate_with_all_that_may_be_committed_gets_a_vote() {
    for (last, granted) in
        [((9, 1), false), ((2, 2), false), ((0, 0), false), ((3, 2), true), ((4, 2), true), ((1, 3), true)]
    {
        let mut node = node(2, &[1, 1, 2]);
        assert_eq!(asks_for_vote(&mut node, "n1", 4, last), granted, "{last:?}");
    }
}

#[test]
fn a_vote_of_an_old_term_is_not_counted() {
    let mut node = node(0, &[]);
    let old = stands(&mut node);
    let asked = stands(&mut node);
    for vote in old {
        grant(&mut node, &vote);
    }
    assert!(!leads(&node));
    // Nor is a vote counted twice.
    grant(&mut node, &asked[0]);
    grant(&mut node, &asked[0]);
    assert!(!leads(&node));
    grant(&mut node, &asked[1]);
    assert!(leads(&node));
}

/// §5.1, §5.2
#[test]
fn a_later_term_ends_a_candidacy_and_a_leadership_and_the_same_term_a_candidacy() {
    let mut node = node(0, &[]);
    let asked = stands(&mut node);
    let term = asked[0].body.payload["term"].as_u64().unwrap();
    append(&mut node, term, &[], 1, 0);
    grant(&mut node, &asked[0]);
    grant(&mut node, &asked[1]);
    assert!(!leads(&node));

    let appends = elect(&mut node);
    let deposed = json!({"type": "append_entries_ok", "term": 99, "success": false, "next_index": 1});
    node.answer(&appends[0], deposed);
    assert!(!leads(&node));
    assert_eq!(node.storage().get::<(Term, Option<NodeId>)>("vote").unwrap(), Some((99, None)));
    // It stands again, some day.
    assert_eq!(stands(&mut node)[0].body.payload["term"], 100);
}

/// §5.3, figure 7
#[test]
fn whatever_a_follower_has_it_gets_the_leaders_log() {
    let leader = [LEADER.as_slice(), &[8]].concat();
    for has in FOLLOWERS {
        let mut node = node(7, has);
        let mut next_index = leader.len();
        let mut exchanges = 1;
        loop {
            let reply = append(&mut node, 8, &leader, next_index, 0);
            next_index = serde_json::from_value(reply["next_index"].clone()).unwrap();
            if reply["success"] == true {
                break;
            }
            exchanges += 1;
        }
        assert_eq!((log(&node), next_index), (leader.clone(), leader.len() + 1), "{has:?}");
        // A term at a time, and not an entry.
        assert!(exchanges <= 3, "{exchanges} for {has:?}");
    }
}

/// §5.3, the leader's side: it goes back to where the logs agree, and sends all from there on.
#[test]
fn a_leader_sends_from_where_a_follower_needs_entries() {
    let mut node = node(7, &LEADER);
    let mut append = elect(&mut node).remove(0);
    assert_eq!(append.body.payload["prev_log_index"], 10);
    acknowledge(&mut node, &append, false, 5);
    append = node.sent().remove(0);
    let payload = &append.body.payload;
    assert_eq!((&payload["prev_log_index"], &payload["prev_log_term"]), (&json!(4), &json!(4)));
    assert_eq!(payload["entries"].as_array().unwrap().len(), 7);
    acknowledge(&mut node, &append, true, 12);
    assert!(node.sent().is_empty());
}

#[test]
fn an_old_message_takes_nothing_back() {
    let mut node = node(1, &[]);
    append(&mut node, 1, &[1, 1, 1], 1, 3);
    node.writes();
    let reply = append(&mut node, 1, &[1], 1, 0);
    assert_eq!((&reply["success"], &reply["next_index"]), (&json!(true), &json!(2)));
    assert_eq!((log(&node), commit_index(&node)), (vec![1, 1, 1], 3));
    assert!(node.writes().is_empty());
    // Nor does a leader of an old term.
    append(&mut node, 2, &[1, 1, 1], 4, 3);
    assert_eq!(append(&mut node, 1, &[1, 1], 1, 0)["success"], false);
}

/// What a follower has beyond the leader's message may be wrong still.
#[test]
fn a_follower_commits_no_more_than_the_leader_has_shown_it() {
    let mut node = node(1, &[1, 1, 1]);
    append(&mut node, 2, &[1], 1, 3);
    assert_eq!(commit_index(&node), 1);
}

/// §5.4.2, figure 8
#[test]
fn an_entry_of_an_earlier_term_is_not_committed_by_counting() {
    let mut node = node(3, &[1, 2]);
    let appends = elect(&mut node);
    assert_eq!(log(&node), [1, 2, 4]);
    // With this node, four of five have the entry of term 2.
    for append in &appends[..3] {
        acknowledge(&mut node, append, true, 3);
    }
    assert_eq!(commit_index(&node), 0);
    for append in &node.sent()[..2] {
        acknowledge(&mut node, append, true, 4);
    }
    assert_eq!(commit_index(&node), 3);
}

/// §8
#[test]
fn a_leader_answers_a_read_after_a_majority_has_confirmed_it() {
    let mut node = node(1, &[1, 1]);
    let appends = elect(&mut node);
    node.advance(HEARTBEAT / 10);
    let read = node.start_request("c1", json!({"type": "read", "key": 1}));
    node.advance(HEARTBEAT / 2);
    // What was asked before the read came proves nothing; but its answer lets the leader ask again.
    for append in &appends[..2] {
        acknowledge(&mut node, append, true, 4);
    }
    assert!(node.reply(read).is_none());
    assert_eq!(commit_index(&node), 3);
    let asked = node.sent();
    acknowledge(&mut node, &asked[0], true, 4);
    assert!(node.reply(read).is_none());
    acknowledge(&mut node, &asked[1], true, 4);
    assert_eq!(node.reply(read).unwrap().unwrap(), json!({"type": "read_ok", "value": 2}));
}

/// §8
#[test]
fn a_request_that_comes_twice_is_executed_once() {
    let mut node = node(1, &[]);
    let cas = |from: u64, to: u64| Command::Cas { key: json!(1), from: json!(from), to: json!(to) };
    let mut entries = entries(&[1]);
    for (id, command) in [(7, cas(1, 2)), (7, cas(1, 2)), (8, cas(2, 1)), (7, cas(1, 2))] {
        entries.push(Entry { term: 1, request: Some(Request { id: Ulid::from_parts(0, id), command }) });
    }
    let append = json!({"type": "append_entries", "term": 1, "prev_log_index": 0, "prev_log_term": 0,
        "entries": entries, "leader_commit": 5});
    node.start_request("n1", append);
    let appends = elect(&mut node);
    let read = node.start_request("c1", json!({"type": "read", "key": 1}));
    node.advance(HEARTBEAT);
    for append in appends[..2].iter().chain(&node.sent()) {
        acknowledge(&mut node, append, true, 7);
    }
    assert_eq!(node.reply(read).unwrap().unwrap()["value"], 1);
}

#[test]
fn what_is_proposed_in_one_moment_goes_out_in_one_message() {
    let mut node = node(0, &[]);
    for append in elect(&mut node) {
        acknowledge(&mut node, &append, true, 2);
    }
    node.sent();
    for value in 0..3 {
        node.start_request("c1", json!({"type": "write", "key": 1, "value": value}));
    }
    node.advance(HEARTBEAT / 10);
    let sent = node.sent();
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|append| append.body.payload["entries"].as_array().unwrap().len() == 3));
}

#[test]
fn a_node_that_does_not_lead_asks_the_leader() {
    let mut node = node(1, &[]);
    let write = json!({"type": "write", "key": 1, "value": 2});
    let request = node.start_request("c1", &write);
    append(&mut node, 1, &[], 1, 0);
    node.advance(HEARTBEAT);
    let asked = node.sent().remove(0);
    assert_eq!((asked.dest.as_str(), &asked.body.payload["request"]["command"]), ("n1", &write));
    node.answer(&asked, json!({"type": "execute_ok", "answer": {"type": "write_ok"}}));
    assert_eq!(node.reply(request).unwrap().unwrap(), json!({"type": "write_ok"}));
}
