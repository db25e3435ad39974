// Messages as arrows between lanes: of clients, nodes and services.

// More would not be told apart, and take long; fewer while one moves.
const MOST_DRAWN = 25_000,
  MOST_MOVING = 2_500;
// Up to so many have heads, and dashes where a timer sent them; up to so many are named, and so many of those that are alike.
const MOST_DETAILED = 400,
  MOST_NAMED = 120,
  MOST_ALIKE = 4;
// Lines of one colour are drawn at once, but not too many: paths get slow.
const AT_ONCE = 1_000;
// What was sent by a timer, or by a guess.
const DASHES = { caused: [], beside: [6, 3], guess: [2, 3], stopped: [] };

// Whether it is among one in so many: always the same ones, so that nothing flickers, and none that have a pattern.
const isDrawn = (k, each) => (Math.imul(k, 0x9e3779b1) >>> 8) % each === 0;

function lamportChart(data, messages, story) {
  const row = Math.max(14, Math.min(40, 620 / messages.lanes.length));
  const y = (lane) => TOP + (lane + 0.5) * row;
  const states = messages.states();
  by("of-state").hidden = !states.length;
  by("state").append(
    ...states.map(({ name }) => make("option", { value: name }, name)),
    make("option", { value: "" }, "nothing"),
  );
  by("state").addEventListener("change", () => time.changed());
  const kinds = new Map([...new Set(messages.all.kind)].map((kind, k) => [kind, hue(k)]));

  // Where it is drawn from and to.
  const ends = (drawing, k) => {
    const [x0, y0] = [drawing.x(messages.all.sent[k]), y(messages.from(k))];
    const [x1, y1] = [drawing.x(messages.arrival(k)), y(messages.to(k))];
    if (!messages.isStopped(k)) return [x0, y0, x1, y1];
    // Where it was lost nobody can see. It ends before its receiver, so that it ends on nobody's line.
    const part = y1 === y0 ? 0.8 : 1 - (row * 0.35) / Math.abs(y1 - y0);
    return [x0, y0, x0 + (x1 - x0) * part, y0 + (y1 - y0) * part];
  };

  const head = (c, [x0, y0, x, at]) => {
    const angle = Math.atan2(at - y0, x - x0);
    c.beginPath();
    c.moveTo(x, at);
    c.lineTo(x - 7 * Math.cos(angle - 0.35), at - 7 * Math.sin(angle - 0.35));
    c.lineTo(x - 7 * Math.cos(angle + 0.35), at - 7 * Math.sin(angle + 0.35));
    c.fill();
  };

  // Many: lines only, of one colour after the other.
  const lines = (drawing, shown, alpha) => {
    const c = drawing.context;
    const groups = new Map();
    for (const k of shown) {
      const colour = messages.isStopped(k) ? drawing.colours.lost : kinds.get(messages.all.kind[k]);
      if (!groups.has(colour)) groups.set(colour, []);
      groups.get(colour).push(k);
    }
    c.globalAlpha = alpha;
    for (const [colour, group] of groups) {
      c.strokeStyle = colour;
      for (let start = 0; start < group.length; start += AT_ONCE) {
        c.beginPath();
        for (const k of group.slice(start, start + AT_ONCE)) {
          const [x0, y0, x1, y1] = ends(drawing, k);
          c.moveTo(x0, y0);
          c.lineTo(x1, y1);
        }
        c.stroke();
      }
    }
  };

  // Few: with all that there is to say of each.
  const arrow = (drawing, k) => {
    const c = drawing.context;
    const role = messages.followed?.get(k);
    const isStopped = messages.isStopped(k);
    c.strokeStyle = c.fillStyle = isStopped ? drawing.colours.lost : kinds.get(messages.all.kind[k]);
    c.globalAlpha = role ? 1 : messages.followed ? 0.4 : 0.9;
    c.lineWidth = role ? 2 : 1;
    c.setLineDash(role ? DASHES[role] : messages.all.cause[k] === -1 ? [5, 3] : []);
    const place = ends(drawing, k);
    c.beginPath();
    c.moveTo(place[0], place[1]);
    c.lineTo(place[2], place[3]);
    c.stroke();
    c.setLineDash([]);
    if (isStopped) c.fillText("✕", place[2] - 4, place[3] + 4);
    else head(c, place);
  };

  // Beside its arrow, where nothing else stands, and rather on nobody's line; else not at all.
  const name = (drawing, k) => {
    const c = drawing.context,
      [x0, y0, x1, y1] = ends(drawing, k);
    const end = messages.isStopped(k) ? ` ✕ ${ENDS[messages.all.end[k]]}` : "";
    const text = `${messages.word("kind", k)} ${messages.word("text", k)}`.slice(0, 60) + end;
    // Of what goes to many at once a few are named, and whatever did not arrive.
    const { all } = messages;
    const alike = `${all.src[k]} ${all.sent[k]} ${all.kind[k]} ${all.text[k]}`;
    const count = drawing.alike.get(alike) ?? 0;
    if (count >= MOST_ALIKE && !end) return;
    const width = c.measureText(text).width,
      right = LEFT + drawing.inner - width - 2;
    // What is partly to be seen only has its name beside the part that is.
    const places = [0.5, 0.38, 0.62, 0.26, 0.74, 0.14, 0.86]
      .map((part) => ({ x: x0 + (x1 - x0) * part + 5, y: y0 + (y1 - y0) * part + 3 }))
      .map(({ x, y }) => ({ x: Math.min(Math.max(x, LEFT + 2), right), y, moved: x < LEFT - 60 || x > right + width }));
    const isFree = ({ x, y, moved }) =>
      !moved && !drawing.names.some((it) => Math.abs(it.y - y) < 11 && it.x < x + width && x < it.x + it.width);
    const isOnLine = ({ y: at }) => Math.abs((((at - 3 - TOP) / row) % 1) - 0.5) * row < 6;
    const free = places.filter(isFree);
    const place = free.find((place) => !isOnLine(place)) ?? free[0];
    if (!place) return;
    drawing.names.push({ ...place, width });
    drawing.alike.set(alike, count + 1);
    c.globalAlpha = !messages.followed || messages.followed.has(k) ? 1 : 0.55;
    c.strokeStyle = drawing.colours.back;
    c.lineWidth = 3;
    c.strokeText(text, place.x, place.y);
    c.fillStyle = messages.isStopped(k) ? drawing.colours.lost : drawing.colours.text;
    c.fillText(text, place.x, place.y);
  };

  // While one moves, only so many are looked at, so that it never takes long.
  const moving = (isFollowed) => {
    const [first, after] = messages.range();
    const each = Math.ceil((after - first) / MOST_MOVING);
    return messages.visible((k) => isDrawn(k, each) || isFollowed(k));
  };

  // What was followed or did not arrive is never left out.
  const resting = (isFollowed) => {
    const all = messages.visible();
    const each = Math.ceil(all.length / MOST_DRAWN);
    const isKept = (k) => isDrawn(k, each) || isFollowed(k) || messages.isStopped(k);
    by("drawn").textContent =
      `${plural(all.length, "message")} in this time` +
      (each > 1 ? `, one in ${each} of them drawn, and all that did not arrive` : "") +
      (all.length <= MOST_DETAILED
        ? "; dashed: sent by a timer or by work put off, not while a message was handled"
        : "; zoom in for types and fields");
    by("drawn").dataset.messages = all.length;
    return each > 1 ? all.filter(isKept) : all;
  };

  // The state that a node was in, as a band on its line.
  const band = (drawing, { name, lanes }) => {
    const c = drawing.context;
    c.textAlign = "left";
    for (const [lane, changes] of lanes) {
      changes.forEach(({ at, value }, k) => {
        const from = Math.max(drawing.x(at), LEFT),
          to = Math.min(k + 1 < changes.length ? drawing.x(changes[k + 1].at) : Infinity, LEFT + drawing.inner);
        if (to <= from) return;
        c.fillStyle = hue(value);
        c.globalAlpha = 0.35;
        c.fillRect(from, y(lane) - 4, to - from, 8);
        c.globalAlpha = 1;
        c.fillStyle = drawing.colours.text;
        const text = `${name} ${value}`,
          width = c.measureText(text).width;
        if (row >= 20 && to - from > width + 6) {
          c.fillText(text, from + 3, y(lane) - 6);
          drawing.names.push({ x: from + 3, y: y(lane) - 6, width });
        }
      });
    }
  };

  const draw = (drawing) => {
    drawing.names = [];
    drawing.alike = new Map();
    const c = drawing.context;
    const state = states.find(({ name }) => name === by("state").value);
    if (state) band(drawing, state);
    c.strokeStyle = drawing.colours.line;
    messages.lanes.forEach((_, lane) => c.strokeRect(LEFT, y(lane), drawing.inner, 0));
    const isFollowed = (k) => messages.followed?.has(k);
    const shown = (time.isMoving ? moving : resting)(isFollowed);
    const others = shown.filter((k) => !isFollowed(k)),
      own = shown.filter(isFollowed);
    const isNamed = shown.length <= MOST_NAMED;
    c.textAlign = "left";
    c.lineWidth = 1;
    const faint = (messages.followed ? 0.4 : 1) * Math.max(0.06, Math.min(0.5, 1500 / shown.length));
    if (shown.length <= MOST_DETAILED) others.forEach((k) => arrow(drawing, k));
    else lines(drawing, others, faint);
    // What is followed is above all else, and its names come first.
    if (own.length <= MOST_DETAILED) own.forEach((k) => arrow(drawing, k));
    else lines(drawing, own, 0.8);
    if (isNamed || own.length <= MOST_NAMED / 4) own.forEach((k) => name(drawing, k));
    if (messages.followed ? shown.length <= MOST_NAMED / 2 : isNamed) others.forEach((k) => name(drawing, k));
    c.globalAlpha = c.lineWidth = 1;
    c.setLineDash([]);
    if (data.focus != null) {
      c.strokeStyle = drawing.colours.lost;
      c.strokeRect(drawing.x(data.focus), 0, 0, drawing.height - BOTTOM);
    }
    return shown.length;
  };

  const pick = (x, at) =>
    nearest(
      messages.visible(),
      (k) => {
        const [x0, y0, x1, y1] = ends(drawing, k);
        const length = Math.hypot(x1 - x0, y1 - y0) || 1;
        const along = Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (at - y0) * (y1 - y0)) / length ** 2));
        return Math.hypot(x - x0 - along * (x1 - x0), at - y0 - along * (y1 - y0));
      },
      6,
    );

  const labels = (drawing) => {
    const c = drawing.context;
    c.textAlign = "right";
    c.fillStyle = drawing.colours.text;
    messages.lanes.forEach((name, lane) => c.fillText(name.slice(0, 11), LEFT - 5, y(lane) + 4));
  };

  const height = messages.lanes.length * row + TOP + BOTTOM;
  const drawing = new Drawing("lamport", height, data.faults, {
    draw,
    labels,
    pick,
    choose: (k) => story.message(k),
    step: (by_) => story.step(by_),
    tell: (k) => messages.tell(k),
  });
}
