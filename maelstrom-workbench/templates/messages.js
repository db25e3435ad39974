// What is known of messages: their ends, what they were sent for, and which are followed.

const ENDS = ["received", "lost", "partitioned", "gone", "on its way"];

class Messages {
  constructor(data) {
    this.all = data.messages;
    this.count = this.all.id.length;
    this.end = data.end;
    this.faults = data.faults;
    this.longest = this.all.sent.reduce((most, sent, k) => Math.max(most, this.arrival(k) - sent), 0);
    // Which are followed: by place, as `caused`, `beside`, `guess` or `stopped`.
    this.followed = null;
    const names = [...new Set([...this.all.src, ...this.all.dest])];
    const isClient = (name) => /^c\d+$/.test(name) && !data.nodes.includes(name);
    const others = names.map((k) => this.all.words[k]).filter((name) => !data.nodes.includes(name) && !isClient(name));
    this.nodes = data.nodes.length;
    this.lanes = ["clients", ...data.nodes, ...others];
    const lanes = new Map(this.lanes.map((name, k) => [name, k]));
    const lane = new Map(names.map((k) => [k, isClient(this.all.words[k]) ? 0 : lanes.get(this.all.words[k])]));
    this.fromLane = Int32Array.from(this.all.src, (k) => lane.get(k));
    this.toLane = Int32Array.from(this.all.dest, (k) => lane.get(k));
    this.filter = { node: "", kind: "", text: "", only: false };
    // Which words have the text that is asked for; another text empties it.
    this.having = new Map();
  }

  word(list, k) {
    return this.all.words[this.all[list][k]];
  }
  from(k) {
    return this.fromLane[k];
  }
  to(k) {
    return this.toLane[k];
  }
  arrival(k) {
    return this.all.took[k] < 0 ? this.end : this.all.sent[k] + this.all.took[k];
  }
  isReceived(k) {
    return this.all.end[k] === 0;
  }
  isByTimer(k) {
    return this.all.cause[k] === -1;
  }
  isStopped(k) {
    return this.all.end[k] >= 1 && this.all.end[k] <= 3;
  }
  at(id) {
    const k = lowerBound(this.count, (at) => this.all.id[at], id);
    return this.all.id[k] === id ? k : -1;
  }

  // These messages, their answers, what was sent while they were handled, and for that in turn; of these themselves also
  // what others that waited sent when they came. A message has a greater number than its cause.
  causedBy(roots) {
    const ids = new Set(roots.map((k) => this.all.id[k])),
      own = new Set(ids);
    const places = new Set(roots);
    for (let k = roots.length ? Math.min(...roots) : this.count; k < this.count; k += 1) {
      const { cause, handled, answers } = this.all;
      if (ids.has(handled[k] < 0 ? cause[k] : handled[k]) || own.has(cause[k]) || ids.has(answers[k])) {
        ids.add(this.all.id[k]);
        places.add(k);
      }
    }
    return places;
  }

  // What was sent while this one was handled, or in answer to it.
  sentFor(k) {
    if (!this.children) {
      this.children = new Map();
      const add = (id, at) => {
        if (id < 0) return;
        if (!this.children.has(id)) this.children.set(id, []);
        this.children.get(id).push(at);
      };
      for (let at = 0; at < this.count; at += 1) {
        for (const list of ["cause", "handled", "answers"]) add(this.all[list][at], at);
      }
    }
    return this.children.get(this.all.id[k]) ?? [];
  }

  ofOperation(index) {
    const roots = [];
    for (let k = 0; k < this.count; k += 1) if (this.all.operation[k] === index) roots.push(k);
    return roots;
  }

  // With processes nobody knows what a node sent a message for. It may be a request, if it was sent until that was answered.
  meanwhile(requests) {
    const found = [];
    for (const request of requests) {
      const reply = this.all.cause.indexOf(this.all.id[request], request);
      const [from, to] = [this.arrival(request), reply < 0 ? this.end : this.all.sent[reply]];
      for (let k = request; k < this.count && this.all.sent[k] <= to; k += 1) {
        if (this.from(k) === this.to(request) && this.all.sent[k] >= from && k !== reply) found.push(k);
      }
    }
    return found;
  }

  // The nodes by way of which an operation's answer came, if each sent on what it had got when it got something: whoever
  // answers alone has heard nobody.
  way(index) {
    const [request] = this.ofOperation(index);
    if (request == null) return null;
    const nodes = [];
    for (let k = this.sentFor(request).find((k) => this.to(k) === this.from(request)); k !== request;) {
      const cause = k == null ? -1 : this.at(this.all.cause[k]);
      if (cause < 0) return null;
      nodes.unshift(this.word("src", k));
      k = cause;
    }
    return nodes;
  }

  // Numbers that a node never lowers and repeats again and again tell a state that it is in, such as a term: by name, for
  // each lane when it changed, the most frequent first.
  states() {
    this.found ??= this.findStates();
    return this.found;
  }

  findStates() {
    const read = new Map();
    const numbers = (word) => {
      if (!read.has(word))
        read.set(
          word,
          [...this.all.words[word].matchAll(/(?:^|, )(\w+): (\d{1,9})(?=,|$)/g)].map(([, name, value]) => [
            name,
            Number(value),
          ]),
        );
      return read.get(word);
    };
    const states = new Map();
    for (let k = 0; k < this.count; k += 1) {
      const lane = this.from(k);
      if (!this.isNode(lane) || !this.isNode(this.to(k))) continue;
      for (const [name, value] of numbers(this.all.text[k])) {
        if (!states.has(name)) states.set(name, { name, count: 0, isState: true, lanes: new Map() });
        const state = states.get(name);
        if (!state.lanes.has(lane)) state.lanes.set(lane, []);
        const changes = state.lanes.get(lane),
          last = changes.at(-1);
        state.count += 1;
        if (last && value < last.value) state.isState = false;
        if (!last || value > last.value) changes.push({ at: this.all.sent[k], value });
      }
    }
    const isState = ({ isState, count, lanes }) => {
      const changes = [...lanes.values()].reduce((sum, list) => sum + list.length, 0);
      return isState && count > 10 * changes && changes > lanes.size && lanes.size * 2 >= this.nodes;
    };
    return [...states.values()].filter(isState).sort((a, b) => b.count - a.count);
  }

  isNode(lane) {
    return lane >= 1 && lane <= this.nodes;
  }

  isShown(k) {
    const { node, kind, text, only } = this.filter;
    return (
      (!text || this.has(this.all.text[k], text) || this.has(this.all.kind[k], text)) &&
      (!node || this.lanes[this.from(k)] === node || this.lanes[this.to(k)] === node) &&
      (!kind || this.word("kind", k) === kind) &&
      (!only || !this.followed || this.followed.has(k))
    );
  }

  has(word, text) {
    if (!this.having.has(word)) this.having.set(word, this.all.words[word].toLowerCase().includes(text));
    return this.having.get(word);
  }

  // Those in the time shown that pass the filters; of so many that nobody needs all, only those that are `kept`.
  visible(kept = () => true) {
    const [first, after] = this.range();
    const shown = [];
    for (let k = first; k < after; k += 1)
      if (kept(k) && this.arrival(k) >= time.start && this.isShown(k)) shown.push(k);
    return shown;
  }

  // All that may be in the time shown are between these places.
  range() {
    return [time.start - Math.max(this.longest, 1), time.end].map((us) =>
      lowerBound(this.count, (k) => this.all.sent[k], us),
    );
  }

  became(k) {
    if (this.all.took[k] < 0) return "on its way when all was over";
    // It is known when it is sent that it will get lost.
    return this.all.end[k] === 1 ? ENDS[1] : `${ENDS[this.all.end[k]]} after ${duration(this.all.took[k])}`;
  }

  brief(k) {
    return `${this.word("src", k)} → ${this.word("dest", k)} ${this.word("kind", k)}`;
  }

  // The fault that stopped it, if one explains what became of it.
  fault(k) {
    if (!this.isStopped(k)) return null;
    const [from, to] = [this.word("src", k), this.word("dest", k)];
    const has = (names, name) => !names.length || names.includes(name);
    const stops = ({ start, end, stops }) =>
      stops?.end === this.all.end[k] &&
      start <= this.arrival(k) &&
      (end ?? this.end) >= this.all.sent[k] &&
      stops.links.some(([senders, receivers]) => has(senders, from) && has(receivers, to));
    return this.faults.filter(stops).at(-1) ?? null;
  }

  stoppedBy(k) {
    const fault = this.fault(k);
    return fault ? ` (${span(fault)})` : "";
  }

  line(k) {
    const fields = this.word("text", k);
    const timer = this.isByTimer(k) ? ", by a timer" : "";
    return `${seconds(this.all.sent[k])}: ${this.brief(k)}${fields && ` ${fields}`}, ${this.became(k)}${timer}`;
  }

  tell(k) {
    return (
      `${this.word("src", k)} → ${this.word("dest", k)}  ${this.word("kind", k)}  ${this.word("text", k)}\n` +
      `sent at ${seconds(this.all.sent[k])}, ${this.became(k)}${this.stoppedBy(k)}; message ${this.all.id[k]}`
    );
  }

  why(k, isSimulated) {
    const { cause, handled, answers, operation } = this.all;
    const name = (id) =>
      this.at(id) < 0 ? `message ${id}, which is not shown` : `message ${id}: ${this.tell(this.at(id))}`;
    if (operation[k] >= 0) return `sent for operation ${operation[k]}`;
    if (handled[k] >= 0)
      return (
        `sent while the node handled ${name(handled[k])}\nfor which it had waited, and went on ` +
        (cause[k] < 0 ? "when a timer rang" : `when it got ${name(cause[k])}`)
      );
    if (cause[k] === -1 && answers[k] >= 0)
      return `the answer to ${name(answers[k])}\nsent by a timer or by work put off`;
    if (cause[k] === -1) return "sent by a timer or by work put off, not while a message was handled";
    if (cause[k] < 0) return "nobody knows what it was sent for";
    if (answers[k] >= 0) return `the answer to ${name(answers[k])}\nsent when the node had got ${name(cause[k])}`;
    return `sent for ${name(cause[k])}${isSimulated ? "" : " (it is the request that it answers)"}`;
  }
}
