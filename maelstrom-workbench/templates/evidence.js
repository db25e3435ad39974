// What an explanation rests on: its operations in order, a circle of transactions, the last states of a register.

function evidence(data, values, story) {
  const { known } = story;
  const shortfalls = new Map(data.shortfalls.map((shortfall) => [shortfall.operation, shortfall]));
  const named = data.evidence.map((index) => known.get(index)).filter(Boolean);
  const lost = values.spread.lost?.value;
  // What nodes have to agree on; it is told of suspects where they stand.
  const isAgreed = data.stuck || data.cycle;
  const suspects = new Set((data.stuck?.suspects ?? []).map(({ index }) => index));
  const remarks = (operation) =>
    isAgreed && !suspects.has(operation.index) ? remarkable(operation, signs(operation, story), story) : "";
  by("evidence").append(
    ...named.map((operation) => {
      const isLost = lost != null && values.byOperation.get(operation.index) === lost;
      return make(
        "li",
        {},
        link(story.brief(operation), () => story.show(operation)),
        remarks(operation),
        ...(shortfalls.has(operation.index) ? [lacks(shortfalls.get(operation.index), values, story)] : []),
        ...(isLost ? way(values, lost, story) : story.inOrder(story.roles([operation], null))),
      );
    }),
  );
  if (data.cycle) by("cycle").append(...circle(data.cycle, known, story));
  if (data.stuck) by("stuck").append(...lastStates(data.stuck, known, story));
  by("proof").hidden = !named.length && !data.cycle && !data.stuck;
}

// What a read has not, rather than what it has.
function lacks({ acknowledged, lacking, missing }, values, story) {
  const MOST = 40;
  const of = (value) => (values.byValue.has(value) ? story.linkTo(values.byValue.get(value)) : String(value));
  const shown = missing.slice(0, MOST).flatMap((value) => [" ", of(value)]);
  return make(
    "p",
    {},
    `When it began ${plural(acknowledged, "value")} had been acknowledged; `,
    ...(lacking
      ? [`it lacks ${lacking} of them:`, ...shown, lacking > MOST ? ` and ${lacking - MOST} more` : ""]
      : ["it has all of them."]),
  );
}

// Elle's names of edges, in words.
const KINDS = {
  ww: (a, b) => `${b} overwrote what ${a} had written`,
  wr: (a, b) => `${b} read what ${a} had written`,
  rw: (a, b) => `${b} overwrote what ${a} had read`,
  realtime: (a, b) => `${a} was over before ${b} began`,
  process: (a, b) => `one process did ${a} before ${b}`,
};
// How much room arrows have beside the boxes.
const ARROWS = 84;

// Boxes below each other, each with an arrow to the next, and one from the last back to the first.
function circle({ transactions, edges }, known, story) {
  const boxes = transactions.map(({ name, index, process }) => {
    const operation = known.get(index);
    const text = operation ? story.brief(operation) : `process ${process}, operation ${index}, which is not shown`;
    return make(
      "div",
      { className: "txn" },
      make("b", {}, name),
      " ",
      operation ? link(text, () => story.show(operation)) : text,
    );
  });
  const rows = boxes.flatMap((box, k) => {
    const { from, to, kind, why } = edges[k];
    const [a, b] = [transactions[from].name, transactions[to].name];
    const meaning = Object.hasOwn(KINDS, kind) ? ` (${KINDS[kind](a, b)})` : "";
    return [box, make("div", { className: "edge" }, make("b", {}, `${a} → ${b} ${kind}`), `${meaning}: ${why}`)];
  });
  const svg = (tag, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    return element;
  };
  const drawing = svg("svg", { "aria-hidden": "true" });
  const column = make("div", { className: "circle" }, drawing, ...rows);
  new ResizeObserver(() => {
    const y = boxes.map((box) => box.offsetTop + box.offsetHeight / 2);
    drawing.setAttribute("height", column.offsetHeight);
    drawing.replaceChildren(
      ...edges.map(({ from, to, kind }) => {
        const isBack = to <= from;
        const bend = isBack ? -90 : -12,
          [start, end] = [y[from] + (isBack ? 4 : 6), y[to] - (isBack ? 4 : 6)];
        const x = ARROWS - 4,
          group = svg("g", { class: "arrow" });
        group.append(
          svg("path", { d: `M ${x} ${start} C ${x + bend} ${start}, ${x + bend} ${end}, ${x} ${end}` }),
          svg("path", { class: "head", d: `M ${x + 2} ${end} l -8 -4 l 0 8 z` }),
        );
        const label = svg("text", {
          x: x + bend * 0.75 + (isBack ? 4 : -4),
          y: (start + end) / 2 + 4,
          "text-anchor": isBack ? "start" : "end",
        });
        label.textContent = kind;
        group.append(label);
        return group;
      }),
    );
  }).observe(column);
  return [make("p", {}, make("b", {}, "Each of these came before the next, and the last before the first:")), column];
}

// What is remarkable of an operation that nodes have to agree on, a text each: whether a partition kept its node from most
// others meanwhile, and whether its node was in an older state than others.
function signs(operation, { data, messages }) {
  if (!operation) return [];
  const name = data.nodes[operation.node];
  const texts = [];
  const isFew = (names) => names.includes(name) && 2 * names.length < data.nodes.length;
  const isCut = ({ start, end, stops }) =>
    start <= operation.invoked &&
    (end ?? data.end) >= (operation.completed ?? data.end) &&
    stops?.links.some(([from, to]) => isFew(from) && from.length + to.length === data.nodes.length);
  const fault = data.faults.find(isCut);
  if (fault) texts.push(`while ${name} was apart from a majority (${span(fault)})`);
  const [state] = messages.states();
  if (state && operation.completed != null) {
    const at = (lane) => state.lanes.get(lane)?.findLast(({ at }) => at <= operation.completed)?.value ?? -Infinity;
    const values = data.nodes.map((_, node) => at(node + 1));
    const own = values[operation.node],
      most = Math.max(...values);
    const ahead = data.nodes.filter((_, node) => values[node] === most);
    if (own >= 0 && most > own) texts.push(`the ${state.name} of ${name} was ${own}, that of ${some(ahead)} ${most}`);
  }
  return texts;
}

const remarkable = (operation, signs, story) =>
  [...signs, ...answered(operation, story)].map((text) => `; ${text}`).join("");

// Who had to do with its answer.
function answered(operation, { data, messages }) {
  if (!data.about.is_simulated || operation?.outcome !== "ok") return [];
  const way = messages.way(operation.index);
  if (!way) return [];
  return [
    way.length === 1 ? `${way[0]} answered without hearing anybody` : `its answer came by way of ${way.join(", ")}`,
  ];
}

function lastStates({ index, previous, states, order, suspects }, known, story) {
  const operation = (at) =>
    known.has(at)
      ? link(story.brief(known.get(at)), () => story.show(known.get(at)))
      : `operation ${at}, which is not shown`;
  const rows = states.flatMap(({ value, next }) => {
    const state = make("th", { className: "text", rowSpan: Math.max(next.length, 1) }, JSON.stringify(value));
    if (!next.length)
      return [make("tr", {}, state, make("td", { className: "text", colSpan: 2 }, "nothing could come next"))];
    return next.map((it, k) =>
      make(
        "tr",
        {},
        ...(k ? [] : [state]),
        make("td", { className: "text" }, operation(it.index)),
        make("td", { className: "text" }, it.why),
      ),
    );
  });
  const head = make(
    "tr",
    {},
    ...["value", "could come next", "and leads nowhere, as"].map((text) => make("th", { className: "text" }, text)),
  );
  const cell = (...children) => make("td", { className: "text" }, ...children);
  const way = order.map((placed) =>
    make(
      "tr",
      {},
      cell(
        known.get(placed.index)?.outcome === "info" ? "would have to have taken effect, though nobody was told: " : "",
        operation(placed.index),
      ),
      cell(JSON.stringify(placed.value)),
    ),
  );
  // Those first of which there is something to tell.
  const told = suspects.map(({ index }) => ({ index, told: signs(known.get(index), story) }));
  told.sort((a, b) => b.told.length - a.told.length);
  const suspicious = told.map(({ index, told }) =>
    make("li", {}, operation(index), remarkable(known.get(index), told, story)),
  );
  const failed = suspects.some((suspect) => suspect.failed);
  return [
    ...(suspects.length
      ? [
          make(
            "p",
            {},
            make(
              "b",
              {},
              failed
                ? "There would be an order had one of these taken effect, though it failed:"
                : "There would be an order without any one of these:",
            ),
          ),
          make("ul", {}, ...suspicious),
        ]
      : []),
    make(
      "p",
      {},
      make("b", {}, "No order has a place for "),
      operation(index),
      make("b", {}, ` after all that was acknowledged before.`),
      ...(suspects.length || previous == null
        ? []
        : [" The last of its key to succeed before is ", operation(previous)]),
    ),
    ...(way.length
      ? [
          make("p", {}, "This is one order of those before, of which the last are:"),
          make(
            "div",
            { className: "scroll" },
            make(
              "table",
              {},
              make(
                "tbody",
                {},
                make(
                  "tr",
                  {},
                  make("th", { className: "text" }, "operation"),
                  make("th", { className: "text" }, "value after it"),
                ),
                ...way,
              ),
            ),
          ),
        ]
      : []),
    make("p", {}, "In all such orders the value can only be one of these in the end:"),
    make("div", { className: "scroll" }, make("table", {}, make("tbody", {}, head, ...rows))),
  ];
}
