"use strict";
// What nodes and clients wrote becomes text nodes and nothing else.

const by = (id) => document.getElementById(id);

function make(tag, options, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, options || {});
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

// Something that looks like a link and does something.
const link = (text, onclick) => make("button", { type: "button", className: "link", onclick }, text);

async function load() {
  const text = atob(by("data").textContent.trim());
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

const COLOURS = ["back", "text", "dim", "line", "accent", "ok", "info", "fail", "lost", "fault"];

function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// A colour for the k-th of many things.
const hue = (k) => `hsl(${(k * 137.5 + 210) % 360} 65% 55%)`;

function seconds(us) {
  return `${(us / 1e6).toFixed(Math.abs(us) < 1e6 ? 4 : 3)} s`;
}

function duration(us) {
  return us < 1e3 ? `${us} µs` : us < 1e6 ? `${(us / 1e3).toFixed(us < 1e5 ? 1 : 0)} ms` : `${(us / 1e6).toFixed(2)} s`;
}

// A fault, with its time.
const span = ({ what, start, end }) => `${what} from ${seconds(start)} ${end == null ? "on" : `to ${seconds(end)}`}`;

const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

// The first place in a sorted list whose key is not less.
function lowerBound(count, key, value) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The thing that is least far away, if it is not farther than that.
function nearest(things, distance, most) {
  let [best, least] = [null, most];
  for (const thing of things) {
    const far = distance(thing);
    if (far <= least) [best, least] = [thing, far];
  }
  return best;
}

// The time that all drawings show, in µs.
const time = {
  start: 0,
  end: 1,
  first: 0,
  last: 1,
  listeners: [],
  isMoving: false,
  show(start, end) {
    const least = 50;
    const length = Math.min(Math.max(end - start, least), this.last - this.first);
    this.start = Math.min(Math.max(start, this.first), this.last - length);
    this.end = this.start + length;
    this.changed();
  },
  // So that `us` stands where one looks: most of what explains it came before.
  around(us, length) {
    this.show(us - length * 0.7, us + length * 0.3);
  },
  // What is on the screen follows at once and roughly; all of it when it has come to rest.
  moved() {
    this.isMoving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.isMoving = false;
      this.changed();
    }, 150);
  },
  changed() {
    this.listeners.forEach((listener) => listener());
  },
  zoom(factor, at) {
    this.moved();
    this.show(at - (at - this.start) * factor, at + (this.end - at) * factor);
  },
  pan(us) {
    this.moved();
    this.show(this.start + us, this.end + us);
  },
};
