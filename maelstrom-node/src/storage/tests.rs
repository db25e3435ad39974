//! The disk, on a directory that fails and forgets.

use proptest::prelude::*;

use super::{
    Batch, Image, Json, Record,
    disk::Disk,
    fake_directory::{FakeDirectory, Left},
};
use crate::error::Result;

const FILE: &str = "storage.wal";

type FakeDisk = Disk<FakeDirectory>;

/// A disk with what is stored on it, as an engine has it.
struct Stored {
    disk: FakeDisk,
    image: Image,
    notice: Option<String>,
}

impl Stored {
    fn open(directory: &FakeDirectory) -> Result<Self> {
        let (disk, found) = Disk::open(directory.clone())?;
        Ok(Self { disk, image: found.image, notice: found.notice })
    }

    fn store(&mut self, batch: &str) -> Result<()> {
        self.store_batch(&batch.parse().unwrap())
    }

    fn store_batch(&mut self, batch: &Batch) -> Result<()> {
        self.image.apply(batch);
        self.disk.store(batch, &self.image)
    }
}

const BATCHES: [&str; 4] = [
    r#"[["put","term",1],["append","first"]]"#,
    r#"[["put","text","a line\nbreak and \"quotes\""]]"#,
    r#"[["append",{"term":1}],["truncate",1],["append","ключ"]]"#,
    r#"[["put","term",2]]"#,
];

/// A file with a snapshot and three more batches, and where each of its lines begins.
fn sample() -> (Vec<u8>, Vec<usize>) {
    let directory = FakeDirectory::default();
    let mut stored = Stored::open(&directory).unwrap();
    for batch in BATCHES {
        stored.store(batch).unwrap();
    }
    let bytes = directory.bytes(FILE).unwrap();
    let starts: Vec<usize> = (0..bytes.len()).filter(|at| *at == 0 || bytes[at - 1] == b'\n').collect();
    assert_eq!(starts.len(), 6, "the first line, a snapshot, the seal, and three batches");
    (bytes, starts)
}

/// What the first `count` batches store.
fn image_of(count: usize) -> Image {
    let mut image = Image::default();
    for batch in &BATCHES[..count] {
        image.apply(&batch.parse().unwrap());
    }
    image
}

fn open(bytes: Vec<u8>) -> Result<Stored> {
    Stored::open(&FakeDirectory::with_file(FILE, bytes))
}

#[test]
fn what_was_stored_is_found() {
    let (bytes, _) = sample();
    let stored = open(bytes).unwrap();
    assert_eq!(stored.image, image_of(4));
    assert_eq!(stored.notice, None);
}

#[test]
fn the_file_is_as_documented() {
    let (bytes, starts) = sample();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "maelstrom storage 1");
    assert_eq!(&lines[1][8..], r#" 0 37 [["put","term",1],["append","first"]]"#);
    assert_eq!(&lines[2][8..], " 1 2 []");
    assert_eq!(&lines[5][8..], r#" 4 18 [["put","term",2]]"#);
    let checksum = format!("{:08x}", crc32fast::hash(&text.as_bytes()[starts[5] + 9..text.len() - 1]));
    assert_eq!(lines[5][..8], checksum);
}

#[test]
fn the_file_in_the_guide_can_be_read() {
    let guide = include_str!("../../docs/guide/storage.md");
    let begin = guide.find("maelstrom storage 1").unwrap();
    let end = begin + guide[begin..].find("```").unwrap();
    let stored = open(guide[begin..end].into()).unwrap();
    let batch = r#"[["put","vote",[2,"n3"]],["append",{"term":1,"command":"a"}]]"#;
    assert_eq!(stored.image.to_batch().to_string(), batch);
    assert_eq!(stored.notice, None);
}

#[test]
fn a_disk_that_stores_nothing_makes_no_file() {
    let directory = FakeDirectory::default();
    let mut stored = Stored::open(&directory).unwrap();
    stored.store_batch(&Batch::default()).unwrap();
    assert!(directory.done().is_empty());
}

#[test]
fn a_batch_is_one_write_and_one_sync() {
    let directory = FakeDirectory::default();
    let mut stored = Stored::open(&directory).unwrap();
    stored.store(BATCHES[0]).unwrap();
    assert_eq!(directory.done(), ["create", "write", "write", "sync", "rename", "sync names"]);
    for batch in &BATCHES[1..] {
        stored.store(batch).unwrap();
        assert_eq!(directory.done(), ["write", "sync"]);
    }
}

// Torn lines.

#[test]
fn a_last_line_torn_at_any_byte_is_cut_off_and_said_so() {
    let (bytes, starts) = sample();
    let last = starts[5];
    for end in last + 1..bytes.len() {
        let directory = FakeDirectory::with_file(FILE, bytes[..end].to_vec());
        let mut stored = Stored::open(&directory).unwrap();
        assert_eq!(stored.image, image_of(3), "cut at {end}");
        assert_eq!(
            stored.notice.take().unwrap(),
            format!(
                "/data/n1/storage.wal ended in a write that was not finished: cut off {} bytes at byte {last}",
                end - last
            )
        );
        stored.store(BATCHES[3]).unwrap();
        let again = Stored::open(&directory).unwrap();
        assert_eq!(again.image, image_of(4));
        assert_eq!(again.notice, None, "it is said once");
    }
}

#[test]
fn a_file_that_ends_with_a_line_is_whole() {
    let (bytes, starts) = sample();
    let stored = open(bytes[..starts[5]].to_vec()).unwrap();
    assert_eq!(stored.image, image_of(3));
    assert_eq!(stored.notice, None);
}

#[test]
fn a_last_line_that_was_only_partly_written_is_cut_off() {
    let (bytes, starts) = sample();
    for from in starts[5]..bytes.len() {
        let mut torn = bytes.clone();
        torn[from..].fill(0);
        let stored = open(torn).unwrap();
        assert_eq!(stored.image, image_of(3), "zeros from {from}");
        assert!(stored.notice.is_some());
    }
}

/// All that a byte may become: one bit another, all bits, or a byte that means something.
fn wrong(byte: u8) -> impl Iterator<Item = u8> {
    let bits = (0..8).map(move |bit| byte ^ (1 << bit));
    bits.chain([!byte, b'\n', b' ', b'0', b'[', 0]).filter(move |other| *other != byte)
}

#[test]
fn a_wrong_byte_in_the_last_line_is_never_taken_for_good() {
    let (bytes, starts) = sample();
    for at in starts[5]..bytes.len() {
        for byte in wrong(bytes[at]) {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            match open(bytes) {
                Ok(stored) => {
                    assert_eq!(stored.image, image_of(3), "byte {at} as {byte}");
                    assert!(stored.notice.is_some());
                }
                Err(error) => assert!(error.text().contains(&format!("at byte {}", starts[5])), "{error}"),
            }
        }
    }
}

// Damage.

#[test]
fn a_wrong_byte_before_the_last_line_is_an_error_that_names_file_and_offset() {
    let (bytes, starts) = sample();
    for at in 0..starts[5] {
        let line = starts.iter().rev().find(|start| **start <= at).unwrap();
        for byte in wrong(bytes[at]) {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            let error = open(bytes).err().unwrap_or_else(|| panic!("byte {at} as {byte} was accepted"));
            let text = error.text();
            assert!(
                text.starts_with(&format!("/data/n1/storage.wal is damaged at byte {line}: ")),
                "byte {at} as {byte}: {text}"
            );
        }
    }
}

#[test]
fn a_wrong_byte_before_a_torn_line_is_an_error() {
    let (bytes, starts) = sample();
    for at in starts[4]..starts[5] - 1 {
        let mut bytes = bytes[..starts[5] + 12].to_vec();
        bytes[at] ^= 1;
        // In the length itself it can't be told from a line that is torn.
        if (starts[4] + 9..starts[4] + 14).contains(&at) {
            continue;
        }
        assert!(open(bytes).is_err(), "byte {at}");
    }
}

#[test]
fn bytes_that_are_missing_or_too_many_further_in_are_an_error() {
    let (bytes, starts) = sample();
    for at in 0..starts[5] {
        let mut shorter = bytes.clone();
        shorter.remove(at);
        assert!(open(shorter).is_err(), "without byte {at}");
        let mut longer = bytes.clone();
        longer.insert(at, b'7');
        assert!(open(longer).is_err(), "one more at {at}");
    }
}

#[test]
fn lines_that_are_missing_twice_there_or_swapped_are_an_error() {
    let (bytes, starts) = sample();
    let line = |i: usize| &bytes[starts[i]..starts.get(i + 1).copied().unwrap_or(bytes.len())];
    for order in
        [&[0, 1, 2, 4, 5][..], &[0, 1, 2, 3, 5], &[0, 1, 2, 3, 3, 4, 5], &[0, 1, 2, 4, 3, 5], &[0, 2, 3, 4]]
    {
        let bytes = order.iter().flat_map(|i| line(*i)).copied().collect();
        let error = open(bytes).err().unwrap_or_else(|| panic!("{order:?} was accepted"));
        assert!(error.text().contains(" belongs"), "{error}");
    }
}

#[test]
fn a_file_that_ends_before_its_seal_is_damaged() {
    let (bytes, starts) = sample();
    for end in 0..starts[3] {
        let error = open(bytes[..end].to_vec()).err().unwrap_or_else(|| panic!("{end} bytes were accepted"));
        assert!(error.text().starts_with("/data/n1/storage.wal is damaged at byte "), "{error}");
    }
}

// Files that are written anew.

/// A batch that stores about 8 KiB under one key.
fn fat(round: usize) -> Batch {
    let value = Json::of(&format!("{round} {}", "x".repeat(8 << 10))).unwrap();
    [Record::Put { key: "fat".into(), value }].into_iter().collect()
}

#[test]
fn an_outdated_file_is_written_anew_now_and_then() {
    let directory = FakeDirectory::default();
    let mut stored = Stored::open(&directory).unwrap();
    let mut longest = 0;
    for round in 0..100 {
        stored.store_batch(&fat(round)).unwrap();
        longest = longest.max(directory.bytes(FILE).unwrap().len());
    }
    assert!(longest < 80 << 10, "{longest} bytes for 8 KiB of content");
    let times = directory.done().iter().filter(|what| **what == "rename").count();
    assert!((5..=15).contains(&times), "written anew {times} times");
    assert_eq!(Stored::open(&directory).unwrap().image, stored.image);
}

#[test]
fn a_file_whose_content_is_all_in_use_is_left_alone() {
    let directory = FakeDirectory::default();
    let mut stored = Stored::open(&directory).unwrap();
    for round in 0..1000 {
        stored.store(&format!(r#"[["append","{round} {}"]]"#, "x".repeat(1000))).unwrap();
    }
    assert_eq!(directory.done().iter().filter(|what| **what == "rename").count(), 1);
}

#[test]
fn an_outdated_file_is_written_anew_when_it_is_opened() {
    let directory = FakeDirectory::default();
    let mut stored = Stored::open(&directory).unwrap();
    // Eight of them are just too few for the running disk.
    for round in 0..8 {
        stored.store_batch(&fat(round)).unwrap();
    }
    let before = directory.bytes(FILE).unwrap().len();
    let opened = Stored::open(&directory).unwrap();
    assert_eq!(opened.image, stored.image);
    let after = directory.bytes(FILE).unwrap().len();
    assert!(after < before / 4, "{before} bytes before, {after} after");
}

#[test]
fn a_large_image_is_written_in_several_lines_and_found() {
    let directory = FakeDirectory::default();
    let mut stored = Stored::open(&directory).unwrap();
    let entry = Json::of(&"x".repeat(100 << 10)).unwrap();
    stored.store_batch(&(0..50).map(|_| Record::Append { entry: entry.clone() }).collect()).unwrap();
    let lines = String::from_utf8(directory.bytes(FILE).unwrap()).unwrap().lines().count();
    assert!(lines > 5, "{lines} lines");
    assert_eq!(Stored::open(&directory).unwrap().image, stored.image);
}

// Failures and crashes.

#[test]
fn a_write_or_a_sync_that_fails_is_an_error_that_names_the_file() {
    for (steps, doing) in [(0, "writing"), (1, "syncing")] {
        let directory = FakeDirectory::default();
        let mut stored = Stored::open(&directory).unwrap();
        stored.store(BATCHES[0]).unwrap();
        directory.fail_after(steps);
        let error = stored.store(BATCHES[1]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("crash (13): {doing} /data/n1/storage.wal: input or output failed: the fake is full")
        );
    }
}

/// Stores batches until all is done or something fails; returns what was stored for certain, and what was then
/// perhaps.
fn work(directory: &FakeDirectory) -> (Image, Option<Image>) {
    let Ok(mut stored) = Stored::open(directory) else { return (Image::default(), None) };
    let mut certain = Image::default();
    for round in 0..20 {
        let batch = fat(round);
        if stored.store_batch(&batch).is_err() {
            return (certain, Some(stored.image));
        }
        certain = stored.image.clone();
    }
    (certain, None)
}

const LEFT: [Left; 8] = [
    Left::Nothing,
    Left::All,
    Left::Part(1),
    Left::Part(500),
    Left::Part(999),
    Left::Zeros(0),
    Left::Zeros(500),
    Left::Zeros(999),
];

#[test]
fn a_power_loss_at_any_step_loses_nothing_that_was_stored_and_half_of_nothing() {
    let mut steps = 0;
    loop {
        let directory = FakeDirectory::default();
        directory.fail_after(steps);
        let (certain, perhaps) = work(&directory);
        for new_names in [false, true] {
            for left in LEFT {
                let after = directory.after_power_loss(new_names, left);
                let mut stored = Stored::open(&after)
                    .unwrap_or_else(|error| panic!("after step {steps}, {new_names}, {left:?}: {error}"));
                assert!(
                    stored.image == certain || Some(&stored.image) == perhaps.as_ref(),
                    "after step {steps}, {new_names}, {left:?}"
                );
                stored.store(BATCHES[0]).unwrap();
                let again = Stored::open(&after.after_power_loss(false, Left::Nothing)).unwrap();
                assert_eq!(again.image, stored.image);
            }
        }
        if perhaps.is_none() {
            break;
        }
        steps += 1;
    }
    assert!(steps > 45, "{steps} steps");
}

#[test]
fn a_process_that_is_killed_at_any_step_leaves_what_the_next_one_makes_durable() {
    let mut steps = 0;
    loop {
        let directory = FakeDirectory::default();
        directory.fail_after(steps);
        let (certain, perhaps) = work(&directory);
        // The system has all that was written; then the power is lost after all.
        directory.fail_after(usize::MAX);
        let found = Stored::open(&directory).unwrap().image;
        assert!(found == certain || Some(&found) == perhaps.as_ref(), "after step {steps}");
        let later = Stored::open(&directory.after_power_loss(false, Left::Nothing)).unwrap().image;
        assert_eq!(later, found, "after step {steps}: the node acted on what was lost later");
        if perhaps.is_none() {
            break;
        }
        steps += 1;
    }
}

fn record() -> impl Strategy<Value = Record> {
    let json = || {
        prop_oneof![any::<i64>().prop_map(|n| Json::of(&n)), ".{0,40}".prop_map(|text| Json::of(&text))]
            .prop_map(Result::unwrap)
    };
    let key = || prop_oneof![Just(String::new()), "[a-c]", ".{0,8}"];
    prop_oneof![
        (key(), json()).prop_map(|(key, value)| Record::Put { key: key.into(), value }),
        key().prop_map(|key| Record::Remove { key: key.into() }),
        json().prop_map(|entry| Record::Append { entry }),
        (0..6_u64).prop_map(|len| Record::Truncate { len }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_is_done_to_a_file_it_is_refused_or_said_what_is_cut_off(
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), 0..40_usize, prop::collection::vec(any::<u8>(), 0..40)),
            1..4,
        ),
    ) {
        let (original, _) = sample();
        let mut bytes = original.clone();
        for (at, length, new) in edits {
            let at = at.index(bytes.len());
            bytes.splice(at..(at + length).min(bytes.len()), new);
            prop_assume!(!bytes.is_empty() && bytes != original);
        }
        // Cut off at the end of a line it is a good file, of earlier.
        let earlier = original.starts_with(&bytes);
        if let Ok(stored) = open(bytes) {
            let lives: Vec<Image> = (1..=3).map(image_of).collect();
            prop_assert!(lives.contains(&stored.image));
            prop_assert!(earlier || stored.notice.is_some());
        }
    }

    #[test]
    fn any_batches_are_found_again_however_often_the_file_is_reopened_or_torn(
        lives in prop::collection::vec(
            (prop::collection::vec(prop::collection::vec(record(), 1..5), 0..5), any::<prop::sample::Index>()),
            1..8,
        ),
    ) {
        let mut directory = FakeDirectory::default();
        let mut image = Image::default();
        for (batches, torn) in lives {
            let mut stored = Stored::open(&directory).unwrap();
            prop_assert_eq!(&stored.image, &image);
            for batch in batches {
                stored.store_batch(&batch.into_iter().collect()).unwrap();
            }
            image = stored.image.clone();
            // A further batch of which only a part is written.
            let before = directory.bytes(FILE).unwrap_or_default().len();
            stored.store(BATCHES[2]).unwrap();
            let mut bytes = directory.bytes(FILE).unwrap();
            if before > 0 {
                bytes.truncate(before + torn.index(bytes.len() - before));
                directory = FakeDirectory::with_file(FILE, bytes);
            } else {
                image = stored.image;
            }
        }
    }
}
