// What is followed, and what is told of it: an operation, a message, or the way of a value.

// As many messages that did not arrive are told of one by one; as many of all, and as many at once.
const MOST_TOLD = 10,
  MOST_LISTED = 60,
  MOST_OPEN = 30;

class Story {
  constructor(data, messages, values) {
    Object.assign(this, { data, messages, values });
    this.operations = data.operations;
    this.known = new Map(data.operations.map((operation) => [operation.index, operation]));
    // The operation and the place of the value that are followed; all operations that are marked in the drawings.
    this.chosen = this.value = null;
    this.marked = new Set();
  }

  // Operations in the time shown, of the node that is asked for.
  visible() {
    const after = lowerBound(this.operations.length, (k) => this.operations[k].invoked, time.end);
    const node = this.data.nodes.indexOf(this.messages.filter.node);
    return this.operations
      .slice(0, after)
      .filter(
        (operation) => (operation.completed ?? this.data.end) >= time.start && (node < 0 || operation.node === node),
      );
  }

  brief(operation) {
    const shown =
      operation.outcome === "ok"
        ? (operation.result ?? operation.value)
        : `${operation.value} ${operation.error ?? ""}`;
    return (
      `${seconds(operation.invoked)}: process ${operation.process} at ${this.node(operation)}: ` +
      `${operation.f} ${shown.length > 60 ? `${shown.slice(0, 59)}…` : shown} ${operation.outcome}`
    );
  }

  tell(operation) {
    const end =
      operation.completed == null
        ? "never completed"
        : `${operation.outcome} after ${duration(operation.completed - operation.invoked)}`;
    return (
      `operation ${operation.index}${operation.is_final ? " (final)" : ""}: process ${operation.process} ` +
      `of client ${operation.process % Math.max(this.data.concurrency, 1)} at ${this.node(operation)}: ${operation.f} ${operation.value}\nat ${seconds(operation.invoked)}, ${end}` +
      (operation.result == null ? "" : `\n→ ${operation.result}`) +
      (operation.error == null ? "" : `\nerror: ${operation.error}`)
    );
  }

  node(operation) {
    return this.data.nodes[operation.node] ?? "?";
  }

  ofValue(k) {
    return this.known.get(this.values.spread.values[k].operation) ?? null;
  }

  // A link to the operation that added a value, as far as that is shown.
  linkTo(k, text = String(this.values.spread.values[k].value)) {
    const own = this.ofValue(k);
    return link(text, () => own && this.show(own));
  }

  // Goes to an operation if it is not to be seen, and follows it.
  show(operation) {
    const { invoked, completed } = operation;
    const took = (completed ?? this.data.end) - invoked;
    const isSeen = invoked >= time.start && invoked + Math.min(took, (time.end - time.start) / 4) <= time.end;
    if (!isSeen) this.around(operation);
    this.choose(operation);
    this.reveal();
  }

  showMessage(k) {
    const { sent } = this.messages.all;
    if (sent[k] < time.start || this.messages.arrival(k) > time.end)
      time.around(sent[k], Math.max(5e4, (this.messages.arrival(k) - sent[k]) * 3));
    this.message(k);
    this.reveal();
  }

  // All of it is to be seen, with something of what was before and after.
  around({ invoked, completed }) {
    const took = Math.min((completed ?? this.data.end) - invoked, 5e6);
    const beside = Math.max(1e5, took * 0.15);
    time.show(invoked - beside, invoked + took + beside);
  }

  // Whoever follows a link wants to see where it leads: above what is told of it.
  reveal() {
    by("lamport").scrollIntoView({ block: "nearest" });
  }

  choose(operation) {
    if (!operation) return this.nothing();
    const value = this.values.byOperation.get(operation.index) ?? null;
    this.follow([operation], value, this.roles([operation], value), this.tell(operation));
  }

  // All at once: what they caused is to be seen, but nothing is told of each.
  chooseAll(operations) {
    const value = operations.length === 1 ? (this.values.byOperation.get(operations[0].index) ?? null) : null;
    this.follow(operations, value, this.roles(operations, value), null);
  }

  // Which messages have to do with operations, and with a value, and how.
  roles(operations, value) {
    const { messages, values } = this;
    const roots = operations.flatMap((operation) => messages.ofOperation(operation.index));
    const roles = new Map();
    const add = (places, role) =>
      places.forEach((k) => {
        if (k >= 0 && !roles.has(k)) roles.set(k, role);
      });
    add(messages.causedBy(roots), "caused");
    if (!this.data.about.is_simulated) add(messages.causedBy(messages.meanwhile(roots)), "guess");
    if (value != null) {
      add(
        values.stopped(value).map(([k]) => k),
        "stopped",
      );
      add(
        [...values.brought(value), ...values.carried(value)].map((id) => messages.at(id)),
        "beside",
      );
    }
    return roles;
  }

  message(k) {
    if (k == null) return this.nothing();
    const { messages } = this;
    const roles = new Map([...messages.causedBy([k])].map((at) => [at, "caused"]));
    this.follow([], null, roles, `${messages.tell(k)}\n${messages.why(k, this.data.about.is_simulated)}`);
  }

  nothing() {
    this.follow([], null, new Map(), null);
  }

  // There is none of that number.
  missing(what) {
    this.follow([], null, new Map(), what);
  }

  step(by_) {
    const { operations } = this;
    const at = this.chosen
      ? operations.indexOf(this.chosen) + by_
      : lowerBound(operations.length, (k) => operations[k].invoked, time.start);
    const next = operations[Math.min(Math.max(at, 0), operations.length - 1)];
    if (!next) return;
    if (next.invoked < time.start || next.invoked > time.end) time.around(next.invoked, time.end - time.start);
    this.choose(next);
  }

  follow(operations, value, roles, text) {
    const operation = operations.at(-1) ?? null;
    this.chosen = operation;
    this.marked = new Set(operations);
    this.value = value;
    this.messages.followed = roles.size ? roles : null;
    by("operation").value = operation ? operation.index : "";
    by("value").value = value == null ? "" : this.values.spread.values[value].value;
    const count = (role) => [...roles.values()].filter((it) => it === role).length;
    Object.assign(by("lamport").dataset, {
      followed: count("caused"),
      beside: count("beside"),
      guess: count("guess"),
      stopped: count("stopped"),
    });
    by("detail").hidden = !text;
    if (text) by("detail").replaceChildren(...this.details(text, roles, count, value));
    time.changed();
  }

  // What was sent for it, one after the other, and what became of that.
  inOrder(roles, isOpen = true) {
    const { messages } = this;
    const all = [...roles.keys()].filter((k) => ["caused", "guess"].includes(roles.get(k))).sort((a, b) => a - b);
    // Of a request and its answer there is no more to tell.
    if (all.length < 3) return [];
    const className = (k) => (messages.isStopped(k) ? "invalid" : "");
    const guess = (k) => (roles.get(k) === "guess" ? "a guess: " : "");
    return [
      make(
        "details",
        { className: "in-order", open: isOpen && all.length <= MOST_OPEN },
        make("summary", {}, `${all.length} messages, in order`),
        this.lines(all, MOST_LISTED, className, guess),
      ),
    ];
  }

  // Messages one below the other, and how many more there are.
  lines(all, most, className = () => "", before = () => "") {
    const line = (k) => link(this.messages.line(k), () => this.showMessage(k));
    const items = all.slice(0, most).map((k) => make("li", { className: className(k) }, before(k), line(k)));
    if (all.length > most) items.push(make("li", {}, `and ${all.length - most} more`));
    return make("ul", {}, ...items);
  }

  details(text, roles, count, value) {
    const told = [[count("caused"), "sent for it, and for what that caused in turn"]];
    if (value != null)
      told.push(
        [count("beside"), "that had its value otherwise: sent by timers, for example"],
        [count("stopped"), "sent otherwise that would have told its value to somebody who never had it"],
      );
    if (!this.data.about.is_simulated)
      told.push([count("guess"), "sent by the node until it had answered: perhaps for it, which is a guess"]);
    const lines = told
      .filter(([number], k) => number || !k)
      .map(([number, what]) => `${plural(number, "message")} ${what}`);
    const lost = [...roles.keys()].filter((k) => roles.get(k) !== "stopped" && this.messages.isStopped(k));
    return [
      make(
        "button",
        { type: "button", className: "close", title: "follow none (Escape)", onclick: () => this.nothing() },
        "✕",
      ),
      make("pre", {}, text),
      make(
        "p",
        {},
        lines.join("; "),
        lost.length ? `. ${plural(lost.length, "message")} of them did not arrive:` : ".",
      ),
      ...(lost.length ? [this.lines(lost, MOST_TOLD)] : []),
      ...(value == null ? [] : way(this.values, value, this)),
      ...this.inOrder(roles, value == null),
    ];
  }
}
