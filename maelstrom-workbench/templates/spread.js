// How values came to nodes: how long it took until half of them had each, and until all.

class Values {
  constructor(data, messages) {
    this.spread = data.spread ?? { places: [], values: [], lost: null };
    this.nodes = data.nodes;
    this.faults = data.faults;
    this.end = data.end;
    this.messages = messages;
    this.byOperation = new Map(this.spread.values.map((value, k) => [value.operation, k]));
    this.byValue = new Map(this.spread.values.map(({ value }, k) => [value, k]));
  }

  // When each node had it, in order; services know values, too, but they are no nodes.
  toldNodes(k) {
    return this.spread.values[k].told.filter(([place]) => place < this.nodes.length);
  }

  // How long until half of the nodes had it, and until all; nothing if that never was.
  took(k) {
    const { added } = this.spread.values[k],
      told = this.toldNodes(k);
    const at = (count) => told[count - 1] && told[count - 1][1] - added;
    return { half: at(Math.ceil(this.nodes.length / 2)), all: at(this.nodes.length) };
  }

  untold(k) {
    const told = new Set(this.toldNodes(k).map(([place]) => place));
    return this.nodes.map((_, place) => place).filter((place) => !told.has(place));
  }

  // The messages that brought it to somebody first, those included that are not shown.
  brought(k) {
    return this.spread.values[k].told.map(([, , id]) => id).filter((id) => id >= 0);
  }

  // All others that had it, as far as they are kept, such as repetitions and answers.
  carried(k) {
    return this.spread.values[k].carried;
  }

  // Those that would have told somebody, and did not arrive: where they stand, and who would have been told.
  stopped(k) {
    const untold = new Set(this.untold(k));
    const { lost } = this.spread;
    const known = lost?.value === k ? lost.stopped.map(([id, place]) => [this.messages.at(id), place]) : [];
    const places = new Set(known.map(([at]) => at));
    const others = this.carried(k)
      .map((id) => this.messages.at(id))
      .filter((at) => at >= 0 && this.messages.isStopped(at) && !places.has(at))
      .map((at) => [at, this.messages.to(at) - 1])
      .filter(([, place]) => untold.has(place));
    return [...known, ...others].sort(([a], [b]) => a - b);
  }

  // How long there was no fault at all since then, and from when on first.
  calm(since) {
    let [at, sum, first] = [since, 0, null];
    for (const { start, end } of [...this.faults].sort((a, b) => a.start - b.start)) {
      if (start > at) {
        first ??= at;
        sum += start - at;
      }
      at = Math.max(at, end ?? this.end);
    }
    if (at < this.end) first ??= at;
    return { sum: sum + Math.max(this.end - at, 0), first };
  }

  // From when it was added until the last message came that brought it, or that should have: not for ever, as some try again
  // and again.
  span(k) {
    const { added, told } = this.spread.values[k];
    const tried = this.stopped(k)
      .map(([message]) => message)
      .filter((message) => message >= 0)
      .map((message) => this.messages.all.sent[message]);
    const times = [...told.filter(([, , id]) => id >= 0).map(([, at]) => at), ...tried].filter(
      (at) => at < added + 5e6,
    );
    const last = Math.max(added + 1e5, ...times);
    return [added - (last - added) * 0.1, last + (last - added) * 0.2];
  }

  tell(k) {
    const { value, added, operation } = this.spread.values[k];
    const { half, all } = this.took(k);
    const untold = this.untold(k).map((place) => this.nodes[place]);
    return (
      `value ${value}, added at ${seconds(added)} by operation ${operation}\n` +
      (half == null ? "" : `half of the nodes had it after ${duration(half)}`) +
      (all == null
        ? `\nit never came to ${untold.slice(0, 12).join(", ")}${untold.length > 12 ? ", …" : ""}`
        : `, all after ${duration(all)}`)
    );
  }

  // Its way, a line for each place.
  way(k, story) {
    const { value, added, told } = this.spread.values[k];
    const { places } = this.spread;
    const lines = told.map(([place, at, id]) => {
      const when = `${places[place]} after ${duration(Math.max(at - added, 0))}`;
      if (id < 0) return [`${when}: a read shows it`];
      const message = this.messages.at(id);
      if (message < 0) return [`${when}, by message ${id}, which is not shown`];
      return [
        `${when}, by `,
        link(`${this.messages.word("src", message)} → ${places[place]} ${this.messages.word("kind", message)}`, () =>
          story.showMessage(message),
        ),
      ];
    });
    for (const place of this.untold(k)) {
      const stopped = this.stopped(k)
        .filter(([, of]) => of === place)
        .map(([message]) => message);
      const known = stopped.filter((message) => message >= 0);
      const last = known.at(-1);
      const tried = `: ${plural(stopped.length, "message")} that would have told it did not arrive`;
      const since = last == null ? added : this.messages.all.sent[last];
      const calm = this.calm(since);
      const message = (k) =>
        `${this.messages.word("src", k)} → ${places[place]} ${this.messages.word("kind", k)} ` +
        `${this.messages.became(k)}, sent at ${seconds(this.messages.all.sent[k])}`;
      lines.push([
        make("b", { className: "invalid" }, `${places[place]} never`),
        stopped.length ? tried : "",
        ...(last == null ? [] : ["; the last was ", link(message(last), () => story.showMessage(last))]),
        `; ${stopped.length ? "after that" : "as far as is known,"} none was sent, `,
        ...(calm.first == null
          ? ["and there was a fault all the time"]
          : [
              `though for ${duration(calm.sum)} there was no fault, `,
              link(`first from ${seconds(calm.first)} on`, () => time.show(calm.first - 2e5, calm.first + 1e6)),
            ]),
      ]);
    }
    return make(
      "details",
      { open: lines.length <= 8 },
      make("summary", {}, `How value ${value} came to nodes`),
      make("ul", {}, ...lines.map((line) => make("li", {}, ...line))),
    );
  }
}

function spreadChart(data, values, story) {
  if (!values.spread.values.length) return;
  for (const id of ["spreading", "of-value"]) by(id).hidden = false;
  const entries = values.spread.values.map((value, k) => ({
    k,
    added: value.added,
    ...values.took(k),
    isChosen: () => story.value === k,
  }));
  const greatest = entries.reduce((most, { half, all }) => Math.max(most, half ?? 0, all ?? 0), 1000);
  const low = Math.log10(100),
    high = Math.log10(greatest * 2);
  const y = (us, height) => TOP + (1 - (Math.log10(Math.max(us, 100)) - low) / (high - low)) * (height - TOP - BOTTOM);
  const top = (drawing) => TOP + 8;
  const visible = () => {
    const first = lowerBound(entries.length, (k) => entries[k].added, time.start);
    return entries.slice(
      first,
      lowerBound(entries.length, (k) => entries[k].added, time.end),
    );
  };
  legend("spread-key", [
    ["var(--ok)", "until half of the nodes had it (none if they never had)"],
    ["var(--accent)", "until all had it"],
    ["var(--lost)", "✕ it never came to some"],
  ]);
  const draw = (drawing) => {
    const c = drawing.context,
      shown = visible();
    c.textAlign = "center";
    for (const entry of shown) {
      const x = drawing.x(entry.added);
      const [half, all] = [entry.half, entry.all].map((us) => (us == null ? top(drawing) : y(us, drawing.height)));
      c.globalAlpha = 0.35;
      c.strokeStyle = entry.all == null ? drawing.colours.lost : drawing.colours.dim;
      c.beginPath();
      c.moveTo(x, entry.half == null ? drawing.height - BOTTOM : half);
      c.lineTo(x, all);
      c.stroke();
      c.globalAlpha = 1;
      c.fillStyle = drawing.colours.ok;
      if (entry.half != null) c.fillRect(x - 1.5, half - 1.5, 3, 3);
      c.fillStyle = entry.all == null ? drawing.colours.lost : drawing.colours.accent;
      if (entry.all == null) c.fillText("✕", x, all + 4);
      else c.fillRect(x - 1.5, all - 1.5, 3, 3);
      if (entry.isChosen()) {
        c.strokeStyle = drawing.colours.accent;
        c.strokeRect(x - 5, all - 6, 10, Math.max((entry.half == null ? all : half) - all, 0) + 12);
      }
    }
    return shown.length;
  };
  const labels = (drawing) => {
    const c = drawing.context;
    c.textAlign = "right";
    c.fillStyle = drawing.colours.dim;
    for (let us = 100; us <= greatest * 1.3; us *= 10) c.fillText(duration(us), LEFT - 6, y(us, drawing.height) + 4);
  };
  const drawing = new Drawing("spread", 200, data.faults, {
    draw,
    labels,
    tell: (entry) => values.tell(entry.k),
    choose: (entry) => story.choose(entry && story.ofValue(entry.k)),
    step: (by_) => story.step(by_),
    pick: (x, at) =>
      nearest(
        visible(),
        (entry) => {
          const across = Math.abs(drawing.x(entry.added) - x);
          const [half, all] = [entry.half, entry.all].map((us) => (us == null ? top(drawing) : y(us, drawing.height)));
          return Math.hypot(across, Math.max(all - at, at - Math.max(half, all), 0));
        },
        10,
      ),
  });
}

// Values one below the other, those first that never came to some node.
function valueList(values, story) {
  const MOST = 300;
  const fill = () => {
    if (!by("values").open || by("value-rows").firstChild) return;
    const all = values.spread.values.map((value, k) => ({ k, ...value, ...values.took(k), missing: values.untold(k) }));
    const sorted = all.sort((a, b) => (b.missing.length > 0) - (a.missing.length > 0) || a.k - b.k);
    const rows = sorted.slice(0, MOST).map(({ k, value, added, half, all, missing }) => {
      const own = story.ofValue(k);
      const had = values.brought(k).length + values.carried(k).length;
      return [
        link(String(value), () => own && story.show(own)),
        seconds(added),
        own ? story.node(own) : "",
        half == null ? "never" : duration(half),
        all == null ? "never" : duration(all),
        missing.length,
        had,
        values.stopped(k).length,
        missing.map((place) => values.nodes[place]).join(" "),
      ];
    });
    const heads = [
      "value",
      "added",
      "at",
      "in half after",
      "in all after",
      "missing",
      "messages",
      "stopped",
      "never came to",
    ];
    by("value-rows").append(
      table(heads, rows, 8),
      ...(all.length > MOST ? [make("p", {}, `and ${all.length - MOST} more`)] : []),
    );
  };
  by("values").addEventListener("toggle", fill);
}
