// How values came to nodes: when each node had them, by which messages, and which did not arrive.

class Values {
  constructor(data, messages) {
    this.spread = data.spread ?? { places: [], values: [], called_lost: [], lost: null };
    this.nodes = data.nodes;
    this.faults = data.faults;
    this.end = data.end;
    this.messages = messages;
    this.accounts = new Map();
    this.byOperation = new Map(this.spread.values.map((value, k) => [value.operation, k]));
    this.byValue = new Map(this.spread.values.map(({ value }, k) => [value, k]));
    this.lanes = this.spread.places.map((name) => messages.lanes.indexOf(name));
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

  // All that had it and are shown, in the order in which they were sent.
  had(k) {
    const places = [...this.brought(k), ...this.carried(k)].map((id) => this.messages.at(id));
    return places.filter((at) => at >= 0).sort((a, b) => a - b);
  }

  // For each place what it has to do with the value: when it was told, the messages `to` it that had it, clients' aside, and
  // those that came `back` from it to somebody who had told it: they have it as well, or were sent for those.
  account(k) {
    if (!this.accounts.has(k)) this.accounts.set(k, this.newAccount(k));
    return this.accounts.get(k);
  }

  newAccount(k) {
    const { messages } = this;
    const had = this.had(k);
    const told = new Map(this.spread.values[k].told.map(([place, at, id]) => [place, { at, id }]));
    const rows = this.lanes.map((_, place) => ({ place, told: told.get(place), to: [], back: [] }));
    const row = (lane) => rows[this.lanes.indexOf(lane)];
    for (const m of had) if (messages.from(m) !== 0) row(messages.to(m))?.to.push(m);
    const answers = had.flatMap((m) => messages.sentFor(m).filter((a) => messages.from(a) === messages.to(m)));
    for (const m of new Set([...had, ...answers].sort((a, b) => a - b))) {
      const own = row(messages.from(m));
      const isAsked = (before) =>
        messages.from(before) === messages.to(m) && messages.arrival(before) <= messages.all.sent[m];
      if (own?.to.some(isAsked)) own.back.push(m);
    }
    return rows;
  }

  // Of these, those that did not arrive.
  stoppedOf(list) {
    return list.filter((m) => this.messages.isStopped(m));
  }

  // Messages that came to their receiver, by who sent them back, as (lane, time): what `lane` heard of a value that it had
  // told others, until then.
  heard(k, lane, until = Infinity) {
    const { messages } = this;
    const back = this.account(k).flatMap((row) => row.back);
    const came = back.filter((m) => messages.to(m) === lane && messages.isReceived(m) && messages.arrival(m) <= until);
    const first = new Map();
    for (const m of came) {
      const [from, at] = [messages.from(m), messages.arrival(m)];
      if (!first.has(from) || first.get(from) > at) first.set(from, at);
    }
    return [...first].sort(([, a], [, b]) => a - b);
  }

  // For each node to which a message that had it was stopped: the first one, further ones that were sent there, and the one
  // of them, if any, that brought it.
  ways(k) {
    const { messages } = this;
    const rows = this.account(k).slice(0, this.nodes.length);
    const all = rows.map(({ place, told, to }) => {
      const stopped = this.stoppedOf(to).find((m) => !told || messages.all.sent[m] < told.at);
      const again = stopped == null ? [] : to.filter((m) => m > stopped);
      const brought = told && again.find((m) => messages.all.id[m] === told.id);
      return { place, told, stopped, again, brought };
    });
    return all.filter(({ stopped }) => stopped != null);
  }

  // How often it was sent by timers, or by work that had been put off.
  byTimers(list) {
    return list.filter((m) => this.messages.isByTimer(m)).length;
  }

  // Another value that did not arrive at once, and came there in the end, as it was sent again: the nearest, if possible one
  // that was added at the same node.
  contrast(k, isSameNode) {
    const { added } = this.spread.values[k];
    const others = this.spread.values
      .map((value, other) => ({ other, far: Math.abs(value.added - added) + (isSameNode(other) ? 0 : 1e12) }))
      .filter(({ other }) => other !== k && !this.untold(other).length)
      .sort((a, b) => a.far - b.far);
    for (const { other } of others) {
      const way = this.ways(other).find(({ brought }) => brought != null);
      if (way) return { other, ...way };
    }
    return null;
  }

  // All values of which a message was stopped on its way to a node: those that never came there, and those that a message
  // brought that was sent later. Of each from how many others `answers` for it had come to whoever sent what was stopped, and
  // whether it was sent there again `before` the first of them, and `after`: until it came there, if it did.
  fates() {
    this.fated ??= this.findFates();
    return this.fated;
  }

  findFates() {
    const never = [],
      came = [];
    this.spread.values.forEach((_, k) => {
      const ways = this.ways(k);
      const untold = ways.filter(({ told }) => !told),
        brought = ways.filter(({ brought }) => brought != null);
      if (untold.length) never.push(this.fate(k, untold));
      else if (brought.length) came.push(this.fate(k, brought));
    });
    return { never, came };
  }

  fate(k, ways) {
    const { messages } = this;
    const of = ({ stopped, again, brought }) => {
      const heard = this.heard(k, messages.from(stopped), brought == null ? Infinity : messages.arrival(brought));
      const first = heard.length ? heard[0][1] : Infinity;
      const sent = again.filter((m) => brought == null || m <= brought).map((m) => messages.all.sent[m]);
      return { answers: heard.length, before: sent.some((at) => at < first), after: sent.some((at) => at >= first) };
    };
    const all = ways.map(of);
    return {
      k,
      answers: Math.max(...all.map(({ answers }) => answers)),
      before: all.some(({ before }) => before),
      after: all.some(({ after }) => after),
    };
  }

  // Those that would have told somebody, and did not arrive: where they stand, and who would have been told.
  stopped(k) {
    const untold = new Set(this.untold(k));
    const { lost } = this.spread;
    const known = lost?.value === k ? lost.stopped.map(([id, place]) => [this.messages.at(id), place]) : [];
    const places = new Set(known.map(([at]) => at));
    const others = this.stoppedOf(this.had(k))
      .filter((at) => !places.has(at))
      .map((at) => [at, this.lanes.indexOf(this.messages.to(at))])
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
}
