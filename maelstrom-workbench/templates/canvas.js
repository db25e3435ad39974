// A drawing over the time that is shown: axis, faults, zoom and pan.

const LEFT = 70, RIGHT = 8, TOP = 6, BOTTOM = 20;

class Drawing {
  // `draw(drawing)` draws the inside, `pick(x, y)` says what is there, `choose(it)` is called for what is clicked.
  constructor(id, height, faults, { draw, pick, choose, key }) {
    this.canvas = by(id);
    this.height = height;
    this.faults = faults;
    Object.assign(this, { draw, pick, choose, key });
    this.canvas.style.height = `${height}px`;
    this.pointers = new Map();
    this.listen();
    time.listeners.push(() => this.later());
    new ResizeObserver(() => this.later()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.later());
  }

  get inner() { return Math.max(this.width - LEFT - RIGHT, 1); }
  x(us) { return LEFT + ((us - time.start) / (time.end - time.start)) * this.inner; }
  us(x) { return time.start + ((x - LEFT) / this.inner) * (time.end - time.start); }

  later() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => { this.frame = null; this.paint(); });
  }

  paint() {
    const scale = devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.canvas.width = Math.round(this.width * scale);
    this.canvas.height = Math.round(this.height * scale);
    this.colours = colours();
    const c = (this.context = this.canvas.getContext("2d"));
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.font = "11px system-ui, sans-serif";
    c.clearRect(0, 0, this.width, this.height);
    this.shade();
    this.axis();
    c.save();
    c.beginPath();
    c.rect(LEFT, 0, this.inner, this.height - BOTTOM);
    c.clip();
    this.canvas.dataset.marks = this.draw(this);
    c.restore();
    if (this.labels) this.labels(this);
  }

  shade() {
    const c = this.context;
    c.fillStyle = this.colours.fault;
    // One path: where many faults overlap, as a partition of many nodes does, it is no darker than where there is one.
    c.beginPath();
    for (const { start, end } of this.faults) {
      const [from, to] = [Math.max(this.x(start), LEFT), Math.min(this.x(end ?? time.last), LEFT + this.inner)];
      if (to > from) c.rect(from, 0, to - from, this.height - BOTTOM);
    }
    c.fill();
  }

  axis() {
    const c = this.context;
    const rough = ((time.end - time.start) / this.inner) * 90;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((k) => k * power).find((size) => size >= rough);
    const digits = Math.max(0, 6 - Math.floor(Math.log10(step) + 1e-9));
    c.strokeStyle = this.colours.line;
    c.fillStyle = this.colours.dim;
    c.textAlign = "center";
    c.beginPath();
    for (let at = Math.ceil(time.start / step) * step; at <= time.end; at += step) {
      c.moveTo(this.x(at), 0);
      c.lineTo(this.x(at), this.height - BOTTOM);
      c.fillText(`${(at / 1e6).toFixed(digits)} s`, this.x(at), this.height - 6);
    }
    c.stroke();
  }

  listen() {
    const canvas = this.canvas;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener("wheel", (event) => {
      const isAcross = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!event.ctrlKey && !event.metaKey && !isAcross) return;
      event.preventDefault();
      if (isAcross) time.pan((event.deltaX / this.inner) * (time.end - time.start));
      else time.zoom(Math.exp(event.deltaY / 300), this.us(place(event)[0]));
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      this.pointers.set(event.pointerId, place(event));
      this.moved = 0;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => this.move(event, place(event)));
    canvas.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerup", (event) => {
      this.pointers.delete(event.pointerId);
      if (this.moved < 4 && this.pick) this.choose(this.pick(...place(event)));
    });
    canvas.addEventListener("keydown", (event) => this.typed(event));
  }

  move(event, [x, y]) {
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      const found = this.pick && this.pick(x, y);
      if (found !== this.over) this.canvas.title = (this.over = found) == null ? "" : this.tell(found);
      return;
    }
    const other = [...this.pointers].find(([id]) => id !== event.pointerId);
    if (other) {
      const [was, is] = [Math.abs(before[0] - other[1][0]), Math.abs(x - other[1][0])];
      if (was > 5 && is > 5) time.zoom(was / is, this.us((x + other[1][0]) / 2));
    } else {
      time.pan(((before[0] - x) / this.inner) * (time.end - time.start));
    }
    this.moved += Math.abs(x - before[0]) + Math.abs(y - before[1]);
    this.pointers.set(event.pointerId, [x, y]);
  }

  typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [length, middle] = [time.end - time.start, (time.start + time.end) / 2];
    const actions = {
      ArrowLeft: () => time.pan(-length / 8), ArrowRight: () => time.pan(length / 8),
      "+": () => time.zoom(0.7, middle), "=": () => time.zoom(0.7, middle), "-": () => time.zoom(1 / 0.7, middle),
      0: () => time.show(time.first, time.last),
      n: () => this.key(1), p: () => this.key(-1),
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }
}
