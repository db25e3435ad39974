// How values came to nodes, as a chart, by quantile, and as a list.

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

// How long values took, by quantile, and of how many that is told.
function spreadFigures(data, values, story) {
  const { spread, stable_latencies, stable } = data;
  const stableTook = Object.entries(stable_latencies ?? {}).map(([quantile, ms]) => [Number(quantile), ms * 1e3]);
  const columns = [
    ["half of the nodes", spread?.half, spread?.followed - spread?.below_half],
    ["all nodes", spread?.all, spread?.followed - spread?.incomplete],
    ["every read after, for good", stableTook, stable ?? ""],
  ];
  const shown = columns
    .map(([name, took, count]) => [name, new Map(took ?? []), count])
    .filter(([, took]) => took.size);
  const quantiles = [...new Set(shown.flatMap(([, took]) => [...took.keys()]))].sort((a, b) => a - b);
  const cell = (took, quantile) => (took.has(quantile) ? duration(took.get(quantile)) : "");
  if (!quantiles.length) return;
  by("spreading").hidden = false;
  by("spread-figures").append(
    make("p", {}, "How long values took until they were in …"),
    table(
      ["quantile", ...shown.map(([name]) => name)],
      [
        ...quantiles.map((quantile) => [quantile, ...shown.map(([, took]) => cell(took, quantile))]),
        ["values that came so far", ...shown.map(([, , count]) => count)],
      ],
    ),
    ...(spread?.incomplete ? [make("p", {}, ...incomplete(spread, values, story))] : []),
  );
}

// Which values never came to all nodes, and which of those the checker calls lost.
function incomplete({ followed, incomplete, called_lost }, values, story) {
  const MOST = 30;
  const lost = new Set(called_lost);
  const short = values.spread.values.map(({ value }, k) => ({ value, k })).filter(({ k }) => values.untold(k).length);
  const links = (list) => [
    ...list.slice(0, MOST).flatMap(({ k }, at) => [at ? " " : "", story.linkTo(k)]),
    list.length > MOST ? ` and ${list.length - MOST} more` : "",
  ];
  const parts = [
    ["the checker calls lost", short.filter(({ value }) => lost.has(value))],
    [
      "it does not, as it goes by the read that began last, and that was at a node that has them",
      short.filter(({ value }) => !lost.has(value)),
    ],
  ];
  return [
    `${incomplete} of ${plural(followed, "value")} never came to all nodes, as far as messages and reads tell. `,
    ...parts
      .filter(([, list]) => list.length)
      .flatMap(([what, list], at) => [at ? "; " : "", `${list.length} ${what}: `, ...links(list)]),
    ".",
  ];
}

// Values one below the other: those first that never came to some node, then those that came only as they were sent again.
function valueList(values, story) {
  const MOST = 300;
  const isSimulated = story.data.about.is_simulated;
  const fill = () => {
    if (!by("values").open || by("value-rows").firstChild) return;
    const all = values.spread.values.map((value, k) => ({
      k,
      ...value,
      ...values.took(k),
      missing: values.untold(k),
      had: values.had(k),
      again: values.ways(k).reduce((sum, { again }) => sum + again.length, 0),
    }));
    const rank = ({ missing, again }) => (missing.length ? 2 : again ? 1 : 0);
    const sorted = all.sort((a, b) => rank(b) - rank(a) || a.k - b.k);
    const row = ({ k, added, half, all, missing, had, again }) => {
      const own = story.ofValue(k);
      return [
        story.linkTo(k),
        seconds(added),
        own ? story.node(own) : "",
        half == null ? "never" : duration(half),
        all == null ? "never" : duration(all),
        missing.length,
        had.length,
        ...(isSimulated ? [values.byTimers(had)] : []),
        values.stoppedOf(had).length,
        again,
        own ? values.heard(k, own.node + 1).length : "",
        missing.map((place) => values.nodes[place]).join(" "),
      ];
    };
    const heads = [
      "value",
      "added",
      "at",
      "in half after",
      "in all after",
      "missing",
      "messages",
      ...(isSimulated ? ["by timers"] : []),
      "stopped",
      "sent again",
      "answered by",
      "never came to",
    ];
    by("value-rows").append(
      make(
        "p",
        { className: "hint" },
        "Messages are those that had the value, “stopped” are those of them that did not arrive, “sent again” is how often it was sent to a node for which one had been stopped, “answered by” from how many others something came back to the node where it was added.",
      ),
      ...rowsOf(heads, sorted, MOST, row, heads.length - 1),
    );
  };
  by("values").addEventListener("toggle", fill);
}
