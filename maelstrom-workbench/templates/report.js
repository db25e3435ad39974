// The page: words and tables from the data, and what is followed.

function list(title, texts) {
  if (!texts.length) return [];
  return [make("p", {}, make("b", {}, title)), make("ul", {}, ...texts.map((text) => make("li", {}, text)))];
}

function verdict(data) {
  const { about } = data;
  by("title").textContent = `${about.workload}: `;
  by("title").append(make("span", { className: `verdict ${data.verdict}` }, data.verdict));
  by("summary").textContent = `${data.nodes.length} nodes, ${data.concurrency} clients, ${seconds(data.end)}, `
    + `${about.is_simulated ? "simulated" : "processes"}, seed ${data.seed}, maelstrom-workbench ${data.version}`;
  by("verdict").append(
    ...list("Because", data.explanations),
    ...list("Maelstrom would", data.maelstrom_would),
    ...list("Odd", data.warnings),
    ...list("Left out", data.left_out),
    ...(about.again ? [make("p", {}, make("b", {}, "Again"), make("pre", {}, about.again))] : []));
}

function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((text, k) => make("th", { className: k ? "" : "text" }, text)));
  const cells = (row) => row.map((cell, k) => make(k ? "td" : "th", { className: k ? "" : "text" }, cell));
  return make("div", { className: "scroll" },
    make("table", {}, make("tbody", {}, head, ...rows.map((row) => make("tr", {}, ...cells(row))))));
}

function matrix(pairs) {
  const names = [...new Set(pairs.flatMap(([src, dest]) => [src, dest]))]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (names.length > 60) return make("p", {}, `${names.length} nodes are too many for a matrix`);
  const counts = new Map(pairs.map(([src, dest, count]) => [JSON.stringify([src, dest]), count]));
  const most = pairs.reduce((a, [, , count]) => Math.max(a, count), 1);
  const grid = table(["from ↓ to →", ...names],
    names.map((src) => [src, ...names.map((dest) => counts.get(JSON.stringify([src, dest])) ?? "")]));
  grid.querySelectorAll("td").forEach((cell) => {
    const part = Number(cell.textContent) / most;
    if (part) cell.style.background = `color-mix(in srgb, var(--accent) ${Math.round(10 + 40 * part)}%, transparent)`;
  });
  return grid;
}

function counts(data) {
  const { messages } = data;
  const per = data.messages_per_operation;
  by("counts").append(
    make("p", {}, `${messages.total} messages`, per == null ? "" : `; between nodes ${per.toFixed(2)} for each operation`),
    table(["end", "messages"], Object.entries(messages.ends)),
    table(["type", "sent"], messages.types),
    matrix(messages.pairs));
}

function aboutRun(data) {
  const rows = Object.entries(data.about.options ?? {}).map(([name, value]) => [name, JSON.stringify(value)]);
  const faults = data.faults.map(({ what, start, end }) =>
    `${what} from ${seconds(start)} ${end == null ? "on" : `to ${seconds(end)}`}`);
  const stable = Object.entries(data.stable_latencies ?? {}).map(([quantile, ms]) => [quantile, `${ms} ms`]);
  by("run").append(
    ...(rows.length ? [table(["option", "value"], rows)] : []),
    ...(stable.length ? [make("p", {}, "How long values took until all nodes had them for good:"), table(["quantile", "time"], stable)] : []),
    ...list("Faults", faults));
}

// Which operation is followed, and what is told of it.
function follower(data, messages) {
  const { operations } = data;
  const story = {
    chosen: null,
    visible() {
      const after = lowerBound(operations.length, (k) => operations[k].invoked, time.end);
      return operations.slice(0, after).filter((operation) => (operation.completed ?? data.end) >= time.start);
    },
    tell(operation) {
      const node = data.nodes[operation.node] ?? "?";
      const end = operation.completed == null ? "never completed"
        : `${operation.outcome} after ${duration(operation.completed - operation.invoked)}`;
      return `operation ${operation.index}${operation.is_final ? " (final)" : ""}: process ${operation.process} at ${node}: `
        + `${operation.f} ${operation.value}\nat ${seconds(operation.invoked)}, ${end}`
        + (operation.result == null ? "" : `\n→ ${operation.result}`)
        + (operation.error == null ? "" : `\nerror: ${operation.error}`);
    },
    choose(operation) {
      story.chosen = operation;
      by("operation").value = operation ? operation.index : "";
      follow(operation ? messages.ofOperation(operation.index) : [], operation && story.tell(operation));
    },
    step(by_) {
      const at = story.chosen ? operations.indexOf(story.chosen) + by_
        : lowerBound(operations.length, (k) => operations[k].invoked, time.start);
      const next = operations[Math.min(Math.max(at, 0), operations.length - 1)];
      if (!next) return;
      if (next.invoked < time.start || next.invoked > time.end) around(next.invoked, time.end - time.start);
      story.choose(next);
    },
    message(k) {
      story.chosen = null;
      by("operation").value = "";
      follow(k == null ? [] : [k], k == null ? null : `${messages.tell(k)}\n${messages.why(k, data.about.is_simulated)}`);
    },
  };
  const follow = (roots, text) => {
    const caused = messages.follow(roots);
    const stopped = [...caused].filter((k) => messages.all.end[k] >= 1 && messages.all.end[k] <= 3);
    const guess = data.about.is_simulated ? "" : " (only replies: of processes nobody knows what else they sent it for)";
    const lines = [
      `${caused.size} messages, with what they caused in turn${guess}; ${stopped.length} of them did not arrive`,
      ...stopped.slice(0, 10).map((k) => messages.tell(k)),
    ];
    by("detail").hidden = !text;
    by("detail").replaceChildren(...(text ? [make("pre", {}, text), make("pre", {}, lines.join("\n"))] : []));
    by("lamport").dataset.followed = caused.size;
    time.changed();
  };
  return story;
}

function around(us, length) {
  time.show(us - length * 0.7, us + length * 0.3);
}

function controls(data, messages, story) {
  const option = (text, value) => make("option", { value }, text);
  by("node").append(option("all", ""), ...messages.lanes.map((name) => option(name, name)));
  by("kind").append(option("all", ""), ...data.messages.types.map(([name]) => option(name, name)));
  for (const [id, name] of [["node", "value"], ["kind", "value"], ["only", "checked"]]) {
    by(id).addEventListener("change", () => {
      messages.filter[id] = by(id)[name];
      time.changed();
    });
  }
  by("operation").addEventListener("change", () => {
    const found = data.operations.find(({ index }) => String(index) === by("operation").value);
    if (found) around(found.invoked, time.end - time.start);
    story.choose(found ?? null);
  });
  by("clear").addEventListener("click", () => story.choose(null));
  by("whole").addEventListener("click", () => time.show(time.first, time.last));
  for (const id of ["from", "to"]) {
    by(id).addEventListener("change", () => time.show(Number(by("from").value) * 1e6, Number(by("to").value) * 1e6));
  }
  time.listeners.push(() => {
    by("from").value = (time.start / 1e6).toFixed(4);
    by("to").value = (time.end / 1e6).toFixed(4);
  });
}

function anomaly(data, story) {
  const evidence = data.operations.filter(({ index }) => data.evidence.includes(index));
  const show = (operation, us) => {
    const length = operation?.completed == null ? 0 : operation.completed - operation.invoked;
    around(us, Math.max(4e5, length * 3));
    if (operation) story.choose(operation);
  };
  const last = evidence.at(-1);
  const go = () => show(last, last?.invoked ?? data.focus);
  by("evidence").hidden = !evidence.length;
  by("evidence").append("Evidence, in order: ", ...evidence.map((operation) => make("button", {
    type: "button", onclick: () => show(operation, operation.invoked),
  }, `${operation.f} ${operation.value}`.slice(0, 40) + `, process ${operation.process} at ${seconds(operation.invoked)}`)));
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
  const story = follower(data, messages);
  time.first = Math.min(0, messages.all.sent[0] ?? 0);
  time.last = Math.max(data.end, 1000) * 1.01;
  lamportChart(data, messages, (k) => story.message(k), story.step);
  timelineChart(data, story);
  latencyChart(data, story);
  rateChart(data);
  controls(data, messages, story);
  time.show(time.first, time.last);
  if (data.verdict !== "valid" && data.focus != null) anomaly(data, story);
  document.body.dataset.ready = "yes";
}

main().catch((error) => {
  by("title").textContent = `This report can't be drawn: ${error}`;
  throw error;
});
