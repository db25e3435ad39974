// The page: words and tables from the data, controls, and what is shown first.

// A story is shown as a whole if it took no longer, in µs.
const LONGEST_STORY = 2e6;
// The functions that write something that is read later.
const WRITES = ["add", "broadcast", "send"];

function list(title, texts) {
  if (!texts.length) return [];
  return [make("p", {}, make("b", {}, title)), make("ul", {}, ...texts.map((text) => make("li", {}, text)))];
}

function verdict(data) {
  const { about } = data;
  by("title").textContent = `${about.workload}: `;
  by("title").append(make("span", { className: `verdict ${data.verdict}` }, data.verdict));
  by("summary").textContent =
    `${data.nodes.length} nodes, ${data.concurrency} clients, ${seconds(data.end)}, ` +
    `${about.is_simulated ? "simulated" : "processes"}, seed ${data.seed}, maelstrom-workbench ${data.version}`;
  by("verdict").append(...list("Because", data.explanations));
  by("notes").append(
    ...list("Maelstrom itself would (Q-… are its quirks, as the documentation numbers them)", data.maelstrom_would),
    ...list("Odd", data.warnings),
    ...list("Left out", data.left_out),
    ...(about.again ? [make("p", {}, make("b", {}, "To have it again"), make("pre", {}, about.again))] : []),
  );
}

// Numbers stand to the right; the first column, and those from `texts` on, are texts.
function table(heads, rows, texts = Infinity) {
  const kind = (k) => ({ className: k && k < texts ? "" : "text" });
  const head = make("tr", {}, ...heads.map((text, k) => make("th", kind(k), text)));
  const cells = (row) => row.map((cell, k) => make(k ? "td" : "th", kind(k), cell));
  return make(
    "div",
    { className: "scroll" },
    make("table", {}, make("tbody", {}, head, ...rows.map((row) => make("tr", {}, ...cells(row))))),
  );
}

// The rows of the first ones of many, and how many more there are.
const rowsOf = (heads, all, most, row, texts) => [
  table(heads, all.slice(0, most).map(row), texts),
  ...(all.length > most ? [make("p", {}, `and ${all.length - most} more`)] : []),
];

// Fills a list when it is opened, and again when the time changes while it is.
function whileOpen(id, draw) {
  const fill = () => {
    if (by(id).open && !time.isMoving) draw();
  };
  by(id).addEventListener("toggle", fill);
  time.listeners.push(fill);
  return fill;
}

function matrix(pairs) {
  const names = [...new Set(pairs.flatMap(([src, dest]) => [src, dest]))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  if (names.length > 60) return make("p", {}, `${names.length} nodes are too many for a matrix`);
  const counts = new Map(pairs.map(([src, dest, count]) => [JSON.stringify([src, dest]), count]));
  const most = pairs.reduce((a, [, , count]) => Math.max(a, count), 1);
  const grid = table(
    ["from ↓ to →", ...names],
    names.map((src) => [src, ...names.map((dest) => counts.get(JSON.stringify([src, dest])) ?? "")]),
  );
  grid.querySelectorAll("td").forEach((cell) => {
    const part = Number(cell.textContent) / most;
    if (part) cell.style.background = `color-mix(in srgb, var(--accent) ${Math.round(10 + 40 * part)}%, transparent)`;
  });
  return grid;
}

// Of each type, and of all, how many were sent and what became of them; only what there is.
function fates({ types }, isSimulated) {
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const columns = [
    ["sent", (of) => of.sent],
    ...(isSimulated ? [["by timers", (of) => of.by_timers]] : []),
    ...ENDS.slice(0, 4).map((name, end) => [name, (of) => of.ends[end]]),
  ];
  const shown = columns.filter(([, count]) => sum(types.map(count)));
  const rows = types.map((of) => [of.kind, ...shown.map(([, count]) => count(of))]);
  const all = ["all", ...shown.map(([, count]) => sum(types.map(count)))];
  return table(["type", ...shown.map(([name]) => name)], types.length > 1 ? [...rows, all] : rows);
}

function counts(data) {
  const { messages } = data;
  const per = data.messages_per_operation;
  by("counts").append(
    make(
      "p",
      {},
      `${messages.total} messages`,
      per == null ? "" : `; between nodes ${per.toFixed(2)} for each operation`,
    ),
    fates(messages, data.about.is_simulated),
    matrix(messages.pairs),
    ...(isFirstTwice(data)
      ? [
          make(
            "p",
            {},
            "The first client began about twice as many operations as each of the others: as in Maelstrom, the nemesis takes turns with the clients, and its turns fall to the first.",
          ),
        ]
      : []),
  );
}

// Whether the first client has the nemesis's turns as well.
function isFirstTwice({ operations, concurrency, faults }) {
  const counts = new Array(concurrency).fill(0);
  for (const { process } of operations) counts[process % concurrency] += 1;
  const mean = (operations.length - counts[0]) / Math.max(concurrency - 1, 1);
  return faults.length > 0 && counts[0] > 20 && counts[0] > 1.5 * mean && counts[0] < 2.5 * mean;
}

function aboutRun(data) {
  const rows = Object.entries(data.about.options ?? {}).map(([name, value]) => [name, JSON.stringify(value)]);
  by("run").append(
    ...(rows.length ? [table(["option", "value"], rows)] : []),
    ...list("Faults", data.faults.map(span)),
  );
}

function controls(data, messages, values, story) {
  const option = (text, value) => make("option", { value }, text);
  by("node").append(option("all", ""), ...messages.lanes.map((name) => option(name, name)));
  by("kind").append(option("all", ""), ...data.messages.types.map(({ kind }) => option(kind, kind)));
  for (const [id, name] of [
    ["node", "value"],
    ["kind", "value"],
    ["only", "checked"],
  ]) {
    by(id).addEventListener("change", () => {
      messages.filter[id] = by(id)[name];
      time.changed();
    });
  }
  by("text").addEventListener("input", () => {
    messages.filter.text = by("text").value.toLowerCase();
    messages.having.clear();
    time.changed();
  });
  const goTo = (operation) => {
    if (operation) time.around(operation.invoked, time.end - time.start);
    story.choose(operation ?? null);
  };
  by("operation").addEventListener("change", () => {
    const { value } = by("operation"),
      found = story.known.get(Number(value || -1));
    if (found || !value) goTo(found);
    else
      story.missing(`no operation that is shown has the index ${value}: it has that of its invocation in the history`);
  });
  by("value").addEventListener("change", () => {
    const { value } = by("value"),
      k = values.byValue.get(Number(value || NaN));
    if (k != null || !value) goTo(k == null ? null : story.ofValue(k));
    else story.missing(`no value ${value} was added that is shown`);
  });
  by("clear").addEventListener("click", () => story.nothing());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") story.nothing();
  });
  by("whole").addEventListener("click", () => time.show(time.first, time.last));
  for (const id of ["from", "to"]) {
    by(id).addEventListener("change", () => time.show(Number(by("from").value) * 1e6, Number(by("to").value) * 1e6));
  }
  time.listeners.push(() => {
    by("from").value = (time.start / 1e6).toFixed(4);
    by("to").value = (time.end / 1e6).toFixed(4);
  });
}

// Operations one below the other, for those who look for one, or can't see the drawing.
function operationList(story) {
  const MOST = 200;
  const heads = ["index", "begun", "took", "process", "node", "f", "value", "outcome", "result"];
  const row = (operation) => [
    link(String(operation.index), () => story.show(operation)),
    seconds(operation.invoked),
    operation.completed == null ? "" : duration(operation.completed - operation.invoked),
    operation.process,
    story.node(operation),
    operation.f,
    operation.value,
    operation.outcome,
    operation.result ?? operation.error ?? "",
  ];
  const fill = whileOpen("list", () => {
    const wanted = by("find").value.toLowerCase();
    const found = story.visible().filter((operation) => story.tell(operation).toLowerCase().includes(wanted));
    by("rows").replaceChildren(...rowsOf(heads, found, MOST, row, 4));
  });
  by("find").addEventListener("input", fill);
}

// Messages one below the other.
function messageList(messages, story) {
  const MOST = 300;
  const heads = ["sent", "from", "to", "type", "fields", "became"];
  const row = (k) => [
    link(seconds(messages.all.sent[k]), () => story.showMessage(k)),
    messages.word("src", k),
    messages.word("dest", k),
    messages.word("kind", k),
    messages.word("text", k),
    messages.became(k) + messages.stoppedBy(k),
  ];
  whileOpen("messages", () => {
    by("message-rows").replaceChildren(...rowsOf(heads, messages.visible(), MOST, row, 1));
  });
}

// A run that goes on is loaded again and again: what one looked at stays.
function stay(data, story) {
  const key = `looked at ${location.pathname}`;
  if (data.verdict !== "running") return;
  try {
    const before = JSON.parse(sessionStorage.getItem(key));
    if (before) {
      if (before.chosen != null) story.choose(story.known.get(before.chosen) ?? null);
      if (!before.isAll) time.show(before.start, before.end);
    }
  } catch {
    /* Some browsers keep nothing for files. */
  }
  addEventListener("pagehide", () => {
    const { start, end } = time,
      isAll = start <= time.first && end >= time.last;
    try {
      sessionStorage.setItem(key, JSON.stringify({ start, end, isAll, chosen: story.chosen?.index }));
    } catch {
      /* As well. */
    }
  });
}

// Where it went wrong: the way of the value that got lost, or the operations that show it. The evidence tells it; so that
// the drawing is to be seen, nothing else is told in front of it.
function anomaly(data, values, story) {
  const { lost } = values.spread;
  const named = data.evidence.map((index) => story.known.get(index)).filter(Boolean);
  const go = () => {
    const first = lost && story.ofValue(lost.value);
    if (first) {
      const [start, end] = values.span(lost.value);
      const isShort = data.focus - start < LONGEST_STORY;
      time.show(start, isShort ? Math.max(end, data.focus + (data.focus - start) / 10) : end);
      story.chooseAll([first]);
      return;
    }
    const from = named[0]?.invoked ?? data.focus,
      to = Math.max(data.focus, ...named.map(({ completed }) => completed ?? 0));
    const length = Math.max((to - from) * 1.5, 1e5);
    if (length < LONGEST_STORY) time.show(from - length * 0.2, from - length * 0.2 + length);
    // What was written went wrong when it was, and that is seen later.
    else if (WRITES.includes(named[0]?.f)) story.around(named[0]);
    else time.around(data.focus, 4e5);
    story.chooseAll(named);
  };
  by("anomaly").hidden = false;
  by("anomaly").addEventListener("click", go);
  go();
}

async function main() {
  const data = await load();
  verdict(data);
  counts(data);
  aboutRun(data);
  const messages = new Messages(data);
  const values = new Values(data, messages);
  const story = new Story(data, messages, values);
  time.first = Math.min(0, messages.all.sent[0] ?? 0);
  time.last = Math.max(data.end, 1000) * 1.01;
  evidence(data, values, story);
  lamportChart(data, messages, story);
  timelineChart(data, story);
  latencyChart(data, story);
  rateChart(data, story);
  spreadFigures(data, values, story);
  spreadChart(data, values, story);
  controls(data, messages, values, story);
  messageList(messages, story);
  operationList(story);
  valueList(values, story);
  time.show(time.first, time.last);
  if (data.verdict !== "valid" && data.focus != null) anomaly(data, values, story);
  stay(data, story);
  document.body.dataset.ready = "yes";
}

main().catch((error) => {
  by("title").textContent = `This report can't be drawn: ${error}`;
  throw error;
});
