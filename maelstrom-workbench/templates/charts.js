// Latency, throughput, and the operations of each client.

const MARKS = { ok: "●", info: "◆", fail: "✕" };

function legend(id, entries) {
  by(id).append(
    ...entries.map(([colour, text]) => make("span", {}, make("b", { style: `color:${colour}` }, "■ "), text)),
  );
}

// A level for each bucket, and nothing between those that do not touch.
function steps(c, levels, x) {
  levels.forEach(([bucket, y], k) => {
    if (k && levels[k - 1][0] === bucket - 1) c.lineTo(x(bucket), y);
    else c.moveTo(x(bucket), y);
    c.lineTo(x(bucket + 1), y);
  });
}

function latencyChart(data, story) {
  const functions = [...new Set(data.charts.latency.map((line) => line.f))];
  const tint = (f) => hue(Math.max(functions.indexOf(f), 0));
  const took = (operation) => (operation.completed ?? data.end) - operation.invoked;
  const all = data.operations.map(took).concat(data.charts.latency.flatMap((line) => line.points.map(([, us]) => us)));
  const greatest = all.reduce((a, b) => Math.max(a, b), 1000);
  const low = Math.log10(100),
    high = Math.log10(greatest * 1.3);
  const y = (us, height) => TOP + (1 - (Math.log10(Math.max(us, 100)) - low) / (high - low)) * (height - TOP - BOTTOM);
  legend("latency-key", [
    ...functions.map((f) => [tint(f), f]),
    ["var(--dim)", "lines: median, 95 %, 99 %, greatest of those that succeeded; ● ok, ◆ outcome unknown, ✕ failed"],
  ]);
  const draw = (drawing) => {
    const c = drawing.context;
    let marks = 0;
    for (const operation of story.visible()) {
      const [x, at] = [drawing.x(operation.invoked), y(took(operation), drawing.height)];
      c.fillStyle = operation.outcome === "ok" ? tint(operation.f) : drawing.colours[operation.outcome];
      c.globalAlpha = operation.outcome === "ok" ? 0.55 : 1;
      if (operation.outcome === "ok") c.fillRect(x - 1.5, at - 1.5, 3, 3);
      else c.fillText(MARKS[operation.outcome], x, at + 4);
      if (story.marked.has(operation)) c.strokeRect(x - 5, at - 5, 10, 10);
      marks += 1;
    }
    c.globalAlpha = 1;
    for (const line of data.charts.latency) {
      c.strokeStyle = tint(line.f);
      c.lineWidth = line.quantile === 0.5 ? 2 : 0.8;
      c.beginPath();
      steps(
        c,
        line.points.map(([bucket, us]) => [bucket, y(us, drawing.height)]),
        (bucket) => drawing.x(bucket * data.charts.bucket),
      );
      c.stroke();
    }
    c.lineWidth = 1;
    return marks;
  };
  const drawing = new Drawing("latency", 240, data.faults, {
    draw,
    choose: (operation) => story.choose(operation),
    step: (by_) => story.step(by_),
    tell: (operation) => story.tell(operation),
    pick: (x, at) =>
      nearest(
        story.visible(),
        (operation) => Math.hypot(drawing.x(operation.invoked) - x, y(took(operation), drawing.height) - at),
        12,
      ),
  });
  drawing.labels = () => {
    const c = drawing.context;
    c.textAlign = "right";
    c.fillStyle = drawing.colours.dim;
    for (let us = 100; us <= greatest * 1.3; us *= 10) c.fillText(duration(us), LEFT - 6, y(us, drawing.height) + 4);
  };
}

function rateChart(data, story) {
  const name = (line) => `${line.f} ${line.outcome}`;
  legend(
    "rate-key",
    data.charts.rate.map((line, k) => [hue(k), name(line)]),
  );
  const greatest = data.charts.rate.flatMap((line) => line.per_s).reduce((a, b) => Math.max(a, b), 1);
  const y = (per_s, height) => TOP + (1 - per_s / greatest) * (height - TOP - BOTTOM);
  const drawing = new Drawing("rate", 180, data.faults, {
    step: (by_) => story.step(by_),
    draw: (drawing) => {
      const c = drawing.context;
      data.charts.rate.forEach((line, k) => {
        c.strokeStyle = hue(k);
        c.lineWidth = 1.5;
        c.setLineDash({ ok: [], info: [6, 3], fail: [2, 3] }[line.outcome]);
        c.beginPath();
        steps(
          c,
          line.per_s.map((per_s, bucket) => [bucket, y(per_s, drawing.height)]),
          (bucket) => drawing.x(bucket * data.charts.bucket),
        );
        c.stroke();
      });
      c.setLineDash([]);
      return data.charts.rate.length;
    },
  });
  drawing.labels = () => {
    const c = drawing.context;
    c.textAlign = "right";
    c.fillStyle = drawing.colours.dim;
    for (const part of [0, 0.5, 1]) {
      c.fillText(
        `${(greatest * part).toFixed(1)} /s`,
        LEFT - 6,
        y(greatest * part, drawing.height) + (part === 1 ? 9 : 4),
      );
    }
  };
}

function timelineChart(data, story) {
  legend("timeline-key", [
    ["var(--ok)", "ok"],
    ["var(--info)", "outcome unknown"],
    ["var(--fail)", "failed"],
    ["var(--dim)", "a line for each client, and its node"],
  ]);
  const workers = Math.max(data.concurrency, 1);
  const row = Math.max(4, Math.min(18, 700 / workers));
  const lane = (operation) => TOP + (operation.process % workers) * row;
  const drawing = new Drawing("timeline", Math.max(60, workers * row) + TOP + BOTTOM, data.faults, {
    choose: (operation) => story.choose(operation),
    step: (by_) => story.step(by_),
    tell: (operation) => story.tell(operation),
    draw: (drawing) => {
      const c = drawing.context;
      let marks = 0;
      c.textAlign = "left";
      const shown = story.visible();
      // Where the next box of the same client begins, if there are not too many to be read.
      const nextOf = new Map(),
        last = new Map();
      if (shown.length < 300)
        for (const operation of shown) {
          const before = last.get(lane(operation));
          if (before) nextOf.set(before, drawing.x(operation.invoked));
          last.set(lane(operation), operation);
        }
      for (const operation of shown) {
        const [from, to] = [drawing.x(operation.invoked), drawing.x(operation.completed ?? data.end)];
        const width = Math.max(to - from, 1.5);
        c.fillStyle = drawing.colours[operation.outcome];
        c.globalAlpha = story.marked.has(operation) ? 1 : 0.6;
        c.fillRect(from, lane(operation), width, row - 1.5);
        if (story.marked.has(operation)) {
          c.strokeStyle = drawing.colours.accent;
          c.strokeRect(from - 1, lane(operation) - 1, width + 2, row);
        }
        if (row > 10) {
          // Beside a box that is too short, up to the next one of its client.
          const isInside = width > 60,
            text = `${operation.f} ${operation.result ?? operation.value}`;
          const start = isInside ? from + 2 : from + width + 3;
          const room = isInside ? width : shown.length < 300 ? (nextOf.get(operation) ?? Infinity) - start : 0;
          if (room > 30) {
            c.globalAlpha = 1;
            c.fillStyle = isInside ? drawing.colours.text : drawing.colours.dim;
            c.fillText(text.slice(0, Math.floor(Math.min(room, 200) / 6.5)), start, lane(operation) + row - 6);
          }
        }
        marks += 1;
      }
      c.globalAlpha = 1;
      return marks;
    },
    pick: (x, at) => {
      const on = story.visible().filter((operation) => at >= lane(operation) && at < lane(operation) + row);
      return nearest(
        on,
        (operation) => {
          const [from, to] = [drawing.x(operation.invoked), drawing.x(operation.completed ?? data.end)];
          return x < from ? from - x : x > to ? x - to : 0;
        },
        8,
      );
    },
  });
  drawing.labels = () => {
    if (row < 9) return;
    const c = drawing.context;
    c.textAlign = "right";
    c.fillStyle = drawing.colours.dim;
    for (let worker = 0; worker < workers; worker += 1) {
      const node = data.nodes[worker % data.nodes.length] ?? "?";
      c.fillText(`${worker} ${node}`.slice(0, 11), LEFT - 5, TOP + worker * row + row - 4);
    }
  };
}
