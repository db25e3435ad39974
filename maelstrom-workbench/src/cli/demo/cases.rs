//! The tests of the examples.

/// Which example, and the options of its test: without faults where there is something to see, and then under all that
/// it is to survive. Times are virtual, so they cost next to nothing. Where nodes are killed there are many clients,
/// as each that asks a dead node waits for its time-out; and a counter that only grows, as then no open operation can
/// make up for what a kill has lost.
pub(super) const SIMULATED: &[(&str, &str)] = &[
    ("echo", "-w echo --node-count 1 --time-limit 10 --rate 50 --availability total"),
    ("echo", "-w echo --node-count 5 --time-limit 10 --rate 50 --concurrency 3n --latency 10"),
    (
        "echo",
        "-w echo --node-count 5 --time-limit 30 --rate 50 --concurrency 5n --nemesis kill,pause --kill-targets all",
    ),
    (
        "unique-ids",
        "-w unique-ids --node-count 3 --time-limit 30 --rate 100 --availability total --nemesis partition,clock",
    ),
    (
        "unique-ids",
        "-w unique-ids --node-count 3 --time-limit 30 --rate 100 --concurrency 10n --nemesis \
         partition,kill,pause,clock --kill-targets all --pause-targets all",
    ),
    (
        "unique-ids",
        "-w unique-ids --node-count 3 --time-limit 30 --rate 100 --availability total --nemesis partition,clock \
         -- counter",
    ),
    ("broadcast", "-w broadcast --node-count 1 --time-limit 20 --rate 10"),
    ("broadcast", "-w broadcast --node-count 5 --time-limit 20 --rate 10 --topology line"),
    ("broadcast", "-w broadcast --node-count 5 --time-limit 20 --rate 10 --nemesis partition"),
    ("broadcast", "-w broadcast --node-count 25 --time-limit 20 --rate 100 --latency 100 --topology grid"),
    (
        "broadcast",
        "-w broadcast --node-count 25 --time-limit 20 --rate 100 --latency 100 --latency-dist exponential \
         --topology tree4 --nemesis partition",
    ),
    (
        "broadcast",
        "-w broadcast --node-count 5 --time-limit 30 --rate 20 --latency 20 --nemesis-interval 5 --nemesis \
         partition,one-way,pause,loss,duplicate,reorder,slow",
    ),
    (
        "lin-kv-proxy",
        "-w lin-kv --node-count 3 --time-limit 30 --rate 30 --concurrency 4n --latency 10 --nemesis partition \
         --nemesis-interval 5",
    ),
    ("lin-kv", "-w lin-kv --node-count 5 --time-limit 20 --rate 100 --concurrency 4n --latency 10"),
    (
        "lin-kv",
        "-w lin-kv --node-count 5 --time-limit 30 --rate 60 --concurrency 2n --latency 10 --nemesis-interval 3 \
         --nemesis kill=2,partition,one-way,pause,loss,duplicate,reorder,slow --kill-targets all \
         --pause-targets minority",
    ),
    ("g-set", "-w g-set --node-count 5 --time-limit 20 --rate 20 --latency 20"),
    (
        "g-set",
        "-w g-set --node-count 5 --time-limit 30 --rate 20 --latency 20 --nemesis-interval 5 --nemesis \
         partition,one-way,pause,loss,duplicate,reorder,slow",
    ),
    ("pn-counter", "-w pn-counter --node-count 5 --time-limit 20 --rate 20 --latency 20"),
    (
        "pn-counter",
        "-w pn-counter --node-count 5 --time-limit 30 --rate 20 --latency 20 --nemesis-interval 5 --nemesis \
         partition,one-way,pause,loss,duplicate,reorder,slow",
    ),
    (
        "pn-counter",
        "-w g-counter --node-count 5 --time-limit 30 --rate 20 --latency 20 --nemesis-interval 5 --nemesis \
         partition,one-way,pause,loss,duplicate,reorder,slow",
    ),
    (
        "durable-counter",
        "-w g-counter --node-count 5 --time-limit 30 --rate 20 --concurrency 10n --nemesis kill=3 --kill-targets all",
    ),
    (
        "durable-counter",
        "-w pn-counter --node-count 5 --time-limit 30 --rate 20 --concurrency 10n --latency 20 --nemesis-interval 5 \
         --nemesis kill=3,partition,one-way,pause,loss,duplicate,reorder,slow --kill-targets all",
    ),
    ("broadcast-fast", "-w broadcast --node-count 25 --time-limit 20 --rate 100 --latency 100"),
    (
        "broadcast-fast",
        "-w broadcast --node-count 5 --time-limit 30 --rate 20 --concurrency 5n --latency 100 --nemesis-interval 5 \
         --nemesis partition,loss,duplicate,kill",
    ),
    ("g-counter", "-w g-counter --node-count 3 --time-limit 20 --rate 100 --nemesis partition"),
    (
        "g-counter",
        "-w g-counter --node-count 3 --time-limit 30 --rate 20 --concurrency 5n --latency 10 --nemesis-interval 5 \
         --nemesis partition,kill,loss,duplicate,reorder --fault-services",
    ),
    (
        "kafka-lin-kv",
        "-w kafka --node-count 2 --time-limit 20 --rate 50 --concurrency 4n --latency 5 --nemesis-interval 4 --nemesis \
         partition,kill,loss,duplicate --fault-services",
    ),
    ("kafka", "-w kafka --node-count 2 --time-limit 20 --rate 1000 --concurrency 2n"),
    (
        "kafka",
        "-w kafka --node-count 5 --time-limit 30 --rate 100 --concurrency 2n --latency 20 --nemesis-interval 5 \
         --nemesis partition,one-way,pause,loss,duplicate,reorder,slow",
    ),
    (
        "txn-list-append",
        "-w txn-list-append --node-count 5 --time-limit 20 --rate 300 --concurrency 4n --latency 10",
    ),
    (
        "txn-list-append",
        "-w txn-list-append --node-count 5 --time-limit 30 --rate 50 --concurrency 4n --latency 10 --nemesis-interval 5 \
         --nemesis partition,kill,pause,loss,duplicate --kill-targets all --pause-targets minority",
    ),
    (
        "txn-read-uncommitted",
        "-w txn-rw-register --node-count 2 --time-limit 20 --rate 1000 --concurrency 2n --consistency-models \
         read-uncommitted --availability total --nemesis partition --nemesis-interval 5",
    ),
    (
        "txn-rw-register",
        "-w txn-rw-register --node-count 2 --time-limit 20 --rate 1000 --concurrency 2n --consistency-models \
         read-committed --availability total --nemesis partition --nemesis-interval 5",
    ),
    (
        "txn-rw-register",
        "-w txn-rw-register --node-count 5 --time-limit 30 --rate 100 --concurrency 2n --latency 20 --consistency-models \
         read-committed --nemesis partition,one-way,pause,loss,duplicate,reorder,slow --nemesis-interval 5",
    ),
];

/// The same with processes, where every second counts.
pub(super) const PROCESSES: &[(&str, &str)] = &[
    ("echo", "-w echo --node-count 1 --time-limit 2 --rate 50 --availability total"),
    ("echo", "-w echo --node-count 5 --time-limit 2 --rate 50 --concurrency 3n --latency 10"),
    (
        "unique-ids",
        "-w unique-ids --node-count 3 --time-limit 2 --rate 200 --availability total --nemesis partition",
    ),
    (
        "unique-ids",
        "-w unique-ids --node-count 3 --time-limit 3 --rate 200 --concurrency 10n --nemesis kill=1",
    ),
    (
        "unique-ids",
        "-w unique-ids --node-count 3 --time-limit 2 --rate 200 --availability total --nemesis partition -- counter",
    ),
    ("broadcast", "-w broadcast --node-count 5 --time-limit 3 --rate 20 --topology line"),
    (
        "broadcast",
        "-w broadcast --node-count 25 --time-limit 3 --rate 50 --latency 20 --topology tree4 --nemesis partition \
         --nemesis-interval 1",
    ),
    (
        "lin-kv-proxy",
        "-w lin-kv --node-count 2 --time-limit 3 --rate 50 --concurrency 4n --nemesis partition --nemesis-interval 1",
    ),
    (
        "lin-kv",
        "-w lin-kv --node-count 5 --time-limit 10 --rate 60 --concurrency 4n --latency 5 --nemesis-interval 2 \
         --nemesis partition,kill,loss,duplicate --kill-targets minority",
    ),
    (
        "g-set",
        "-w g-set --node-count 5 --time-limit 5 --rate 50 --latency 20 --nemesis partition,pause,loss,duplicate \
         --nemesis-interval 1",
    ),
    (
        "pn-counter",
        "-w pn-counter --node-count 5 --time-limit 5 --rate 50 --latency 20 --nemesis partition,pause,loss,duplicate \
         --nemesis-interval 1",
    ),
    (
        "durable-counter",
        "-w g-counter --node-count 5 --time-limit 6 --rate 50 --concurrency 10n --nemesis kill,partition,loss \
         --kill-targets all --nemesis-interval 1",
    ),
    ("broadcast-fast", "-w broadcast --node-count 25 --time-limit 5 --rate 100 --latency 100"),
    (
        "broadcast-fast",
        "-w broadcast --node-count 5 --time-limit 8 --rate 20 --concurrency 5n --latency 20 --nemesis-interval 2 \
         --nemesis partition,loss,duplicate,kill",
    ),
    (
        "g-counter",
        "-w g-counter --node-count 3 --time-limit 5 --rate 100 --nemesis partition --nemesis-interval 1",
    ),
    (
        "g-counter",
        "-w g-counter --node-count 3 --time-limit 8 --rate 20 --concurrency 5n --nemesis-interval 2 --nemesis \
         partition,kill,loss --fault-services",
    ),
    (
        "kafka-lin-kv",
        "-w kafka --node-count 2 --time-limit 5 --rate 100 --concurrency 2n --nemesis partition --nemesis-interval 1",
    ),
    ("kafka", "-w kafka --node-count 2 --time-limit 5 --rate 1000 --concurrency 2n"),
    (
        "kafka",
        "-w kafka --node-count 5 --time-limit 8 --rate 100 --concurrency 2n --latency 10 --nemesis-interval 2 --nemesis \
         partition,pause,loss,duplicate",
    ),
    (
        "txn-list-append",
        "-w txn-list-append --node-count 5 --time-limit 10 --rate 100 --concurrency 4n --latency 10 --nemesis-interval 2 \
         --nemesis partition,kill,loss,duplicate",
    ),
    (
        "txn-read-uncommitted",
        "-w txn-rw-register --node-count 2 --time-limit 5 --rate 1000 --concurrency 2n --consistency-models \
         read-uncommitted --availability total --nemesis partition --nemesis-interval 1",
    ),
    (
        "txn-rw-register",
        "-w txn-rw-register --node-count 2 --time-limit 5 --rate 1000 --concurrency 2n --consistency-models \
         read-committed --availability total --nemesis partition --nemesis-interval 1",
    ),
];
