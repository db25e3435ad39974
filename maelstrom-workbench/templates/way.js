// The way of one value, told: who had it when, what became of the messages that had it, and how another one fared.

// As many rows are seen at once.
const MOST_ROWS = 12;

function way(values, k, story) {
  const { messages } = values;
  const { value } = values.spread.values[k];
  const rows = values.account(k).filter(({ place, told }) => told || place < values.nodes.length);
  const name = ({ place }) => values.spread.places[place];
  const show = (text, m) => link(text, () => story.showMessage(m));
  const { is_simulated } = story.data.about;
  const heads = [
    "node",
    "had it after",
    "messages to it",
    ...(is_simulated ? ["by timers"] : []),
    "stopped",
    "came back",
    "by",
  ];
  const cells = rows.map((row) => {
    const { told, to } = row;
    const back = row.back.filter((m) => messages.isReceived(m));
    return [
      name(row),
      told
        ? duration(Math.max(told.at - values.spread.values[k].added, 0))
        : make("b", { className: "invalid" }, "never"),
      to.length,
      ...(is_simulated ? [values.byTimers(to)] : []),
      values.stoppedOf(to).length,
      back.length ? show(`${back.length}, from ${seconds(messages.arrival(back[0]))} on`, back[0]) : 0,
      told ? broughtBy(values, told, show) : "",
    ];
  });
  return [
    ...never(values, k, story, show),
    ...comparison(values, k, story, show),
    make(
      "details",
      { open: rows.length <= MOST_ROWS },
      make("summary", {}, `How value ${value} came to nodes`),
      table(heads, cells, heads.length - 1),
      make(
        "p",
        { className: "hint" },
        "Messages are those from nodes and services that had the value; what came back had it as well, or was sent for such a message.",
        values.spread.values[k].has_more ? " There were more than are counted here." : "",
      ),
    ),
  ];
}

function broughtBy({ messages }, { id }, show) {
  if (id < 0) return "a read shows it";
  const m = messages.at(id);
  return m < 0 ? `message ${id}, which is not shown` : show(messages.brief(m), m);
}

// Why some never had it: what was stopped, by which fault, and for how long nobody tried again. Those together of whom the
// same can be said.
function never(values, k, story, show) {
  const stopped = values.stopped(k);
  const tried = new Set(stopped.map(([, place]) => place));
  const untold = values.untold(k);
  const groups = [untold.filter((place) => tried.has(place)), untold.filter((place) => !tried.has(place))];
  return groups.flatMap((places) => (places.length ? neverOf(values, k, places, stopped, story, show) : []));
}

function neverOf(values, k, places, all, story, show) {
  const { messages } = values;
  const names = some(places.map((place) => values.spread.places[place]));
  const [them, there] = [places.length > 1 ? "them" : "it", places.length > 1 ? "to them" : "there"];
  const own = all.filter(([, place]) => places.includes(place));
  const stopped = own.map(([m]) => m).filter((m) => m >= 0);
  const last = stopped.at(-1);
  const calm = values.calm(last == null ? values.spread.values[k].added : messages.all.sent[last]);
  const points = [];
  if (last != null) {
    const faults = [...new Set(stopped.map((m) => messages.fault(m)).filter(Boolean))];
    const many = own.length > 1;
    points.push([
      many
        ? `${own.length} messages that would have told ${them} did not arrive${timers(values, stopped, story)}; the last: `
        : "the only message that would have told it did not arrive: ",
      show(`${messages.brief(last)} ${messages.became(last)}, sent at ${seconds(messages.all.sent[last])}`, last),
      many ? "" : timers(values, stopped, story),
    ]);
    if (faults.length) points.push([`what stopped ${many ? "them" : "it"}: ${some(faults.map(span), 3, "; ")}`]);
  }
  points.push([
    `${last == null ? "as far as is known, no" : "after that no"} message that had it was sent ${there}, `,
    ...(calm.first == null
      ? ["and there was a fault all the time"]
      : [
          `though for ${duration(calm.sum)} in all there was no fault, `,
          link(`first from ${seconds(calm.first)} on`, () => time.show(calm.first - 2e5, calm.first + 1e6)),
        ]),
  ]);
  if (last != null) points.push([`${messages.word("src", last)} got ${heard(values, k, messages.from(last))}`]);
  return [make("p", {}, make("b", { className: "invalid" }, `${names} never had it:`)), bullets(points)];
}

// The first ones of many.
const some = (texts, most = 6, between = ", ") =>
  texts.slice(0, most).join(between) + (texts.length > most ? ` and ${texts.length - most} more` : "");

const bullets = (points) => make("ul", {}, ...points.map((parts) => make("li", {}, ...parts)));

// How many of some messages timers sent, where that is known.
function timers(values, list, story) {
  if (!story.data.about.is_simulated) return "";
  const count = values.byTimers(list);
  if (list.length === 1) return count ? ", by a timer" : ", not by a timer";
  if (!count) return ", none of them sent by a timer";
  const { sent } = values.messages.all;
  const times = [...new Set(list.filter((m) => values.messages.isByTimer(m)).map((m) => sent[m]))];
  const gaps = times.slice(1).map((at, n) => at - times[n]);
  gaps.sort((a, b) => a - b);
  const period = gaps.length > 1 ? `, about every ${duration(gaps[gaps.length >> 1])}` : "";
  return `, ${count === list.length ? "all" : count} of them sent by timers${period}`;
}

// Who answered, and when first.
function heard(values, k, lane, until) {
  const from = values.heard(k, lane, until);
  if (!from.length) return "no answer from anybody";
  const names = from.map(([of]) => values.messages.lanes[of]);
  return `answers for it from ${some(names)}, the first at ${seconds(from[0][1])}`;
}

// What was done for others that were stopped as well: one that came to all in the end, and all of them in numbers.
function comparison(values, k, story, show) {
  if (!values.untold(k).length || !values.stopped(k).length) return [];
  const node = (other) => story.ofValue(other)?.node;
  const found = values.contrast(k, (other) => node(other) === node(k));
  const { never, came } = values.fates();
  const count = (fates, is) => fates.filter(is).length;
  const row = (name, fates) => [
    name,
    fates.length,
    count(fates, ({ answers }) => answers),
    count(fates, ({ before }) => before),
    count(fates, ({ after }) => after),
  ];
  const heads = [
    "",
    "values",
    "another node had answered the sender",
    "sent there again before that",
    "sent there again after that",
  ];
  const [fewest] = never.filter(({ answers }) => answers).sort((a, b) => a.answers - b.answers);
  return [
    ...(found ? [make("p", {}, make("b", {}, "For comparison:")), bullets(contrast(values, found, story, show))] : []),
    make("p", {}, "All values of which a message was stopped on its way to a node:"),
    make(
      "div",
      { className: "fates" },
      table(heads, [row("never came there", never), row("came there when sent again; counted until then", came)]),
    ),
    ...(fewest
      ? [
          make(
            "p",
            {},
            "Of those that never came there, the fewest nodes had answered for ",
            story.linkTo(fewest.k, `value ${values.spread.values[fewest.k].value}`),
            `: ${fewest.answers}.`,
          ),
        ]
      : []),
  ];
}

function contrast(values, { other, place, stopped, again, brought }, story, show) {
  const { messages } = values;
  const { value, added } = values.spread.values[other];
  const own = story.ofValue(other);
  const tries = again.filter((m) => m <= brought);
  const sender = messages.from(stopped);
  return [
    [
      story.linkTo(other, `value ${value}`),
      `, added at ${own ? story.node(own) : "?"} at ${seconds(added)}, came to all, though `,
      show(`${messages.brief(stopped)} was ${messages.became(stopped)}`, stopped),
      messages.stoppedBy(stopped),
    ],
    [
      `it was sent to ${values.spread.places[place]} again ${plural(tries.length, "time")}${timers(values, tries, story)}, until `,
      show(`it arrived at ${seconds(messages.arrival(brought))}`, brought),
    ],
    [`until then ${messages.lanes[sender]} got ${heard(values, other, sender, messages.arrival(brought))}`],
  ];
}
