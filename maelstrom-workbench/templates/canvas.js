// A drawing over the time that is shown: axis, faults, zoom and pan.

const LEFT = 70,
  RIGHT = 8,
  TOP = 18,
  BOTTOM = 20;

class Drawing {
  // `draw(drawing)` draws the inside and returns how many marks that took, `labels(drawing)` what is beside it; `pick(x, y)`
  // says what is there, `tell(it)` tells of it, `choose(it)` is called when it is clicked, `step(±1)` for its neighbour.
  constructor(id, height, faults, actions) {
    this.canvas = by(id);
    this.height = height;
    this.faults = faults;
    Object.assign(this, actions);
    this.canvas.style.height = `${height}px`;
    this.pointers = new Map();
    this.isSeen = true;
    this.listen();
    time.listeners.push(() => this.later());
    new ResizeObserver(() => this.later()).observe(this.canvas);
    new IntersectionObserver(([entry]) => {
      this.isSeen = entry.isIntersecting;
      if (this.isSeen && this.isStale) this.later();
    }).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.later());
  }

  get inner() {
    return Math.max(this.width - LEFT - RIGHT, 1);
  }
  x(us) {
    return LEFT + ((us - time.start) / (time.end - time.start)) * this.inner;
  }
  us(x) {
    return time.start + ((x - LEFT) / this.inner) * (time.end - time.start);
  }

  later() {
    this.isStale = true;
    // What nobody sees can wait until it rests.
    if (this.frame || (time.isMoving && !this.isSeen)) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  paint() {
    this.isStale = false;
    const scale = devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    const size = [Math.round(this.width * scale), Math.round(this.height * scale)];
    if (this.canvas.width !== size[0]) this.canvas.width = size[0];
    if (this.canvas.height !== size[1]) this.canvas.height = size[1];
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
    this.nameFaults();
  }

  // What a fault was stands above it, where there is room.
  nameFaults() {
    const c = this.context;
    c.textAlign = "left";
    c.fillStyle = this.colours.lost;
    let free = LEFT;
    for (const { start, end, what } of this.faults) {
      const from = Math.max(this.x(start), LEFT) + 3,
        to = Math.min(this.x(end ?? time.last), LEFT + this.inner);
      if (to - from < 60 || from < free) continue;
      const others = this.faults.filter((other) => other.start === start && other.end === end).length - 1;
      const text = others ? `${what}, and ${others} more` : what;
      const width = c.measureText(text).width;
      c.fillText(
        width <= to - from ? text : `${text.slice(0, Math.floor(((to - from) / width) * text.length) - 1)}…`,
        from,
        12,
      );
      free = to;
    }
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
      const text = `${(at / 1e6).toFixed(digits)} s`;
      if (this.x(at) + c.measureText(text).width / 2 < this.width) c.fillText(text, this.x(at), this.height - 6);
    }
    c.stroke();
  }

  listen() {
    const canvas = this.canvas;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener(
      "wheel",
      (event) => {
        const isAcross = Math.abs(event.deltaX) > Math.abs(event.deltaY);
        if (!event.ctrlKey && !event.metaKey && !isAcross) return;
        event.preventDefault();
        if (isAcross) time.pan((event.deltaX / this.inner) * (time.end - time.start));
        else time.zoom(Math.exp(event.deltaY / 300), this.us(place(event)[0]));
      },
      { passive: false },
    );
    canvas.addEventListener("pointerdown", (event) => {
      this.pointers.set(event.pointerId, place(event));
      this.moved = 0;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => this.move(event, place(event)));
    canvas.addEventListener("pointerleave", () => this.hover(null));
    canvas.addEventListener("pointercancel", (event) => this.pointers.delete(event.pointerId));
    canvas.addEventListener("pointerup", (event) => {
      this.pointers.delete(event.pointerId);
      if (this.moved < 4 && this.pick) this.choose(this.pick(...place(event)));
      this.moved = 0;
    });
    canvas.addEventListener("keydown", (event) => this.typed(event));
  }

  move(event, [x, y]) {
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      if (this.pick) this.hover([x, y]);
      return;
    }
    this.hover(null);
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

  // Tells what the pointer is on, beside it.
  hover(at) {
    cancelAnimationFrame(this.hovering);
    if (!at) {
      by("tip").hidden = true;
      return;
    }
    this.hovering = requestAnimationFrame(() => {
      const found = this.pick(...at);
      by("tip").hidden = found == null;
      if (found == null) return;
      const tip = by("tip"),
        box = this.canvas.getBoundingClientRect();
      tip.textContent = this.tell(found);
      const [x, y] = [box.left + at[0], box.top + at[1]];
      tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - tip.offsetWidth - 4))}px`;
      const below = y + 18;
      tip.style.top = `${below + tip.offsetHeight > innerHeight ? Math.max(4, y - tip.offsetHeight - 10) : below}px`;
    });
  }

  typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [length, middle] = [time.end - time.start, (time.start + time.end) / 2];
    const actions = {
      ArrowLeft: () => time.pan(-length / 8),
      ArrowRight: () => time.pan(length / 8),
      "+": () => time.zoom(0.7, middle),
      "=": () => time.zoom(0.7, middle),
      "-": () => time.zoom(1 / 0.7, middle),
      0: () => time.show(time.first, time.last),
      n: () => this.step(1),
      p: () => this.step(-1),
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  }
}
