// Messages as arrows between lanes: of clients, nodes and services.

const ENDS = ["received", "lost", "partitioned", "gone", "on its way"];
// More would not be told apart, and take long.
const MOST_DRAWN = 25_000;

class Messages {
  constructor(data) {
    this.all = data.messages;
    this.count = this.all.id.length;
    this.end = data.end;
    this.longest = this.all.took.reduce((a, b) => Math.max(a, b), 0);
    this.followed = null;
    const names = [...new Set([...this.all.src, ...this.all.dest])];
    const isClient = (name) => /^c\d+$/.test(name) && !data.nodes.includes(name);
    const others = names.map((k) => this.all.words[k]).filter((name) => !data.nodes.includes(name) && !isClient(name));
    this.lanes = ["clients", ...data.nodes, ...others];
    const lanes = new Map(this.lanes.map((name, k) => [name, k]));
    this.lane = new Map(names.map((k) => [k, isClient(this.all.words[k]) ? 0 : lanes.get(this.all.words[k])]));
    this.filter = { node: "", kind: "", only: false };
  }

  word(list, k) { return this.all.words[this.all[list][k]]; }
  from(k) { return this.lane.get(this.all.src[k]); }
  to(k) { return this.lane.get(this.all.dest[k]); }
  arrival(k) { return this.all.took[k] < 0 ? this.end : this.all.sent[k] + this.all.took[k]; }
  at(id) {
    const k = lowerBound(this.count, (at) => this.all.id[at], id);
    return this.all.id[k] === id ? k : -1;
  }

  // What was sent for these messages, and for that in turn. A message has a greater number than its cause.
  follow(roots) {
    const ids = new Set(roots.map((k) => this.all.id[k]));
    const places = new Set(roots);
    for (let k = 0; k < this.count; k += 1) {
      if (ids.has(this.all.cause[k])) {
        ids.add(this.all.id[k]);
        places.add(k);
      }
    }
    this.followed = roots.length ? places : null;
    return places;
  }

  ofOperation(index) {
    const roots = [];
    for (let k = 0; k < this.count; k += 1) if (this.all.operation[k] === index) roots.push(k);
    return roots;
  }

  isShown(k) {
    const { node, kind, only } = this.filter;
    return (!node || this.lanes[this.from(k)] === node || this.lanes[this.to(k)] === node)
      && (!kind || this.word("kind", k) === kind)
      && (!only || !this.followed || this.followed.has(k));
  }

  // Those in the time shown.
  visible() {
    const first = lowerBound(this.count, (k) => this.all.sent[k], time.start - Math.max(this.longest, 1));
    const after = lowerBound(this.count, (k) => this.all.sent[k], time.end);
    const shown = [];
    for (let k = first; k < after; k += 1) if (this.arrival(k) >= time.start && this.isShown(k)) shown.push(k);
    return shown;
  }

  tell(k) {
    const end = this.all.took[k] < 0 ? "on its way when all was over"
      : `${ENDS[this.all.end[k]]} after ${duration(this.all.took[k])}`;
    return `${this.word("src", k)} → ${this.word("dest", k)}  ${this.word("kind", k)}  ${this.word("text", k)}\n`
      + `sent at ${seconds(this.all.sent[k])}, ${end}; message ${this.all.id[k]}`;
  }

  why(k, isSimulated) {
    const cause = this.all.cause[k];
    const guess = isSimulated ? "" : " (a guess: it is the request that it answers)";
    if (this.all.operation[k] >= 0) return `sent for operation ${this.all.operation[k]}`;
    if (cause === -1) return "sent when a timer rang";
    if (cause < 0) return "nobody knows what it was sent for";
    const at = this.at(cause);
    return `sent for message ${cause}${at < 0 ? ", which is not shown" : `: ${this.tell(at)}`}${guess}`;
  }
}

function lamportChart(data, messages, choose, step) {
  const row = Math.max(14, Math.min(40, 620 / messages.lanes.length));
  const y = (lane) => TOP + (lane + 0.5) * row;
  const kinds = new Map([...new Set(messages.all.kind)].map((kind, k) => [kind, hue(k)]));
  const arrow = (c, drawing, k) => {
    const [x0, y0] = [drawing.x(messages.all.sent[k]), y(messages.from(k))];
    const isLost = messages.all.end[k] >= 1 && messages.all.end[k] <= 3;
    let [x1, y1] = [drawing.x(messages.arrival(k)), y(messages.to(k))];
    // Where it was lost nobody can see: half-way.
    if (isLost) [x1, y1] = [(x0 + x1) / 2, (y0 + y1) / 2];
    c.beginPath();
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
    c.stroke();
    return [x1, y1, Math.atan2(y1 - y0, x1 - x0), isLost];
  };
  const head = (c, [x, at, angle]) => {
    c.beginPath();
    c.moveTo(x, at);
    c.lineTo(x - 7 * Math.cos(angle - 0.35), at - 7 * Math.sin(angle - 0.35));
    c.lineTo(x - 7 * Math.cos(angle + 0.35), at - 7 * Math.sin(angle + 0.35));
    c.fill();
  };
  const draw = (drawing) => {
    const c = drawing.context;
    c.strokeStyle = drawing.colours.line;
    messages.lanes.forEach((_, lane) => c.strokeRect(LEFT, y(lane), drawing.inner, 0));
    const shown = messages.visible();
    const each = Math.ceil(shown.length / MOST_DRAWN);
    const isDetailed = shown.length <= 400, isNamed = shown.length <= 120;
    let marks = 0;
    for (let at = 0; at < shown.length; at += 1) {
      const k = shown[at];
      const isFollowed = messages.followed?.has(k);
      const isBad = messages.all.end[k] >= 1 && messages.all.end[k] <= 3;
      if (at % each && !isFollowed && !isBad) continue;
      marks += 1;
      c.strokeStyle = c.fillStyle = isBad ? drawing.colours.lost : kinds.get(messages.all.kind[k]);
      c.globalAlpha = isFollowed ? 1 : messages.followed ? 0.25 : isDetailed ? 0.9 : 0.45;
      c.lineWidth = isFollowed ? 2 : 1;
      if (isDetailed) c.setLineDash(messages.all.cause[k] === -1 ? [5, 3] : []);
      const tip = arrow(c, drawing, k);
      if (isDetailed || isFollowed) tip[3] ? c.fillText("✕", tip[0] - 4, tip[1] + 4) : head(c, tip);
      if (isNamed && (isFollowed || !messages.followed)) {
        const name = isBad ? `${messages.word("kind", k)} ${ENDS[messages.all.end[k]]}` : messages.word("kind", k);
        const middle = [(drawing.x(messages.all.sent[k]) + tip[0]) / 2, (y(messages.from(k)) + tip[1]) / 2];
        c.fillText(`${name} ${messages.word("text", k)}`.slice(0, 34), middle[0] + 4, middle[1] - 2);
      }
    }
    c.globalAlpha = c.lineWidth = 1;
    c.setLineDash([]);
    if (data.focus != null) {
      c.strokeStyle = drawing.colours.lost;
      c.strokeRect(drawing.x(data.focus), 0, 0, drawing.height - BOTTOM);
    }
    by("drawn").textContent = `${shown.length} messages in this time`
      + (each > 1 ? `, every ${each}th of them drawn, and all that were lost` : "")
      + (isDetailed ? "; dashed: sent when a timer rang" : "; zoom in for types and fields");
    by("drawn").dataset.messages = shown.length;
    return marks;
  };
  const pick = (x, at) => nearest(messages.visible(), (k) => {
    const [x0, y0, x1, y1] = [drawing.x(messages.all.sent[k]), y(messages.from(k)), drawing.x(messages.arrival(k)), y(messages.to(k))];
    const length = Math.hypot(x1 - x0, y1 - y0) || 1;
    const along = Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (at - y0) * (y1 - y0)) / length ** 2));
    return Math.hypot(x - x0 - along * (x1 - x0), at - y0 - along * (y1 - y0));
  }, 6);
  const drawing = new Drawing("lamport", messages.lanes.length * row + TOP + BOTTOM, data.faults, { draw, pick, choose, key: step });
  drawing.tell = (k) => messages.tell(k);
  drawing.labels = () => {
    const c = drawing.context;
    c.textAlign = "right";
    c.fillStyle = drawing.colours.text;
    messages.lanes.forEach((name, lane) => c.fillText(name.slice(0, 11), LEFT - 5, y(lane) + 4));
  };
  return drawing;
}
