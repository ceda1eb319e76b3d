// Draws the timeline: a bar for each task and group of the recent past, a mark
// where one failed or was cut short, and the reason on hover.

import { h, icon } from './dom.js';
import { num, shown, span } from './text.js';
import { lanesOf } from './lanes.js';
import { waitText } from './tree.js';

const lane = 18, axis = 24, ahead = 0.02;
const spans = [10, 30, 60, 300]; // seconds

export class Timeline {
  constructor(box, tip, model, keep, on) {
    Object.assign(this, { box, tip, model, keep, on });
    this.canvas = box.querySelector('canvas');
    this.sheet = box.querySelector('.sheet');
    this.pen = this.canvas.getContext('2d');
    this.lanes = [];
    this.held = 0; // the time at which it is held, or 0
    new ResizeObserver(() => this.draw()).observe(box);
    box.addEventListener('scroll', () => this.draw());
    this.canvas.addEventListener('pointermove', e => this.hover(e));
    this.canvas.addEventListener('pointerleave', () => this.point(null));
    this.canvas.addEventListener('blur', () => this.point(null));
    this.canvas.addEventListener('click', () => this.at && this.on.go(this.at.id, this.at));
    this.canvas.addEventListener('wheel', e => {
      if (!e.ctrlKey) return;
      e.preventDefault();
      this.zoom(Math.sign(e.deltaY));
    }, { passive: false });
  }

  now() { return this.held || this.model.now(); }

  hold(on) {
    this.held = on ? this.model.now() : 0;
    this.layout();
  }

  zoom(by) {
    const i = spans.indexOf(this.keep.span);
    this.setSpan(spans[Math.max(0, Math.min(spans.length - 1, i + by))]);
  }

  setSpan(seconds) {
    this.keep.span = seconds;
    this.keep.changed();
    this.layout();
    this.on.spans();
  }

  // layout is to be called when the model has changed.
  layout() {
    if (this.held && this.lanes.length && this.laidOut === this.keep.span) return this.draw();
    this.laidOut = this.keep.span;
    this.lanes = lanesOf(this.model, this.now() - this.keep.span * 1000);
    const height = Math.max(0, axis + this.lanes.length * lane + 6) + 'px';
    if (this.sheet.style.height !== height) this.sheet.style.height = height;
    this.draw();
  }

  // colours reads the theme's.
  colours() {
    const style = getComputedStyle(document.documentElement);
    const c = {};
    for (const name of ['ground', 'raised', 'ink', 'soft', 'line', 'running', 'waiting', 'queued', 'cancelled', 'failed', 'ring', 'abandoned', 'succeeded', 'group', 'focus']) {
      c[name] = style.getPropertyValue('--' + name).trim();
    }
    c.panicked = c.exited = c.failed;
    c.skipped = c.queued;
    this.ink = c;
  }

  draw() {
    const width = this.box.clientWidth, height = this.box.clientHeight;
    if (!width || !height) return;
    if (!this.ink) this.colours();
    const scale = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
      this.canvas.style.width = width + 'px';
      this.canvas.style.height = height + 'px';
    }
    const { pen, ink } = this;
    const now = this.now(), reach = this.keep.span * 1000;
    const x = t => (t - now + reach) / (reach * (1 + ahead)) * width;
    const top = this.box.scrollTop;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.textBaseline = 'middle';
    this.shown = [];
    const from = Math.max(0, Math.floor((top - axis) / lane)), to = Math.min(this.lanes.length, Math.ceil((top + height) / lane));
    for (let i = from; i < to; i++) {
      const y = axis + i * lane - top;
      const { bars, group, depth } = this.lanes[i];
      if (group && i > 0) {
        pen.fillStyle = ink.line;
        pen.fillRect(0, y, width, 1);
      }
      let last = -1; // what is narrower than a pixel is drawn once
      for (const bar of bars) {
        const x0 = Math.max(x(bar.t0), -4), x1 = bar.t1 === Infinity ? x(now) : x(bar.t1);
        if (x1 < 0 || x1 <= last && bar.tone === 'succeeded') continue;
        last = Math.max(x1, x0 + 2);
        this.bar(bar, x0, last, y, depth);
        this.shown.push({ bar, x0, x1: Math.max(last, x0 + 6), y });
      }
    }
    this.scale(x, now, reach, width, height);
    if (this.at) {
      const s = this.shown.find(s => s.bar.id === this.at.id && s.bar.t0 === this.at.t0);
      if (s) {
        pen.strokeStyle = ink.focus;
        pen.lineWidth = 2;
        pen.strokeRect(s.x0 - 1, s.y + 1, s.x1 - s.x0 + 2, lane - 3);
      }
    }
  }

  bar(bar, x0, x1, y, depth) {
    const { pen, ink } = this;
    const colour = ink[bar.tone] ?? ink.running;
    const selected = this.keep.selected?.id === bar.id;
    pen.fillStyle = colour;
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    if (bar.group) {
      pen.globalAlpha = 0.16;
      round(pen, x0, y + 2, x1 - x0, lane - 4, 3);
      pen.fill();
      pen.globalAlpha = 1;
      pen.fillRect(x0, y + lane - 4, x1 - x0, 1.5);
    } else {
      pen.globalAlpha = bar.tone === 'succeeded' ? 0.5 : bar.tone === 'skipped' ? 0.35 : 0.85;
      round(pen, x0, y + 3, x1 - x0, lane - 6, Math.min(3, (x1 - x0) / 2));
      pen.fill();
      pen.globalAlpha = 1;
    }
    if (selected) {
      pen.lineWidth = 1.5;
      pen.strokeStyle = ink.ink;
      round(pen, x0, y + 2, x1 - x0, lane - 4, 3);
      pen.stroke();
    }
    if (x1 - x0 > 34) {
      pen.save();
      pen.beginPath();
      pen.rect(x0, y, x1 - x0 - 8, lane);
      pen.clip();
      pen.font = (bar.group ? '600 ' : '') + '10.5px ui-monospace, "DejaVu Sans Mono", monospace';
      pen.fillStyle = bar.group ? ink.ink : bar.tone === 'succeeded' || bar.tone === 'skipped' ? ink.ink : ink.ground;
      pen.fillText(shown(bar.name).slice(0, 80), Math.max(x0, 0) + 5 + (bar.group ? depth * 6 : 0), y + lane / 2);
      pen.restore();
    }
    this.mark(bar, x1, y, colour);
  }

  // mark draws how a bar ended, or where what is still there was cancelled.
  mark(bar, x1, y, colour) {
    const { pen, ink } = this;
    const dot = (x, tone) => {
      pen.fillStyle = ink.ground;
      pen.beginPath();
      pen.arc(x, y + lane / 2, 6, 0, 7);
      pen.fill();
      pen.strokeStyle = tone;
      pen.lineWidth = 2;
      pen.beginPath();
    };
    const x = x1 - 2, m = y + lane / 2;
    if (bar.tone === 'failed' || bar.tone === 'panicked' || bar.tone === 'exited') {
      dot(x, colour);
      pen.moveTo(x - 3, m - 3); pen.lineTo(x + 3, m + 3);
      pen.moveTo(x + 3, m - 3); pen.lineTo(x - 3, m + 3);
      pen.stroke();
    } else if (bar.tone === 'cancelled' && bar.t1 !== Infinity) {
      dot(x, colour);
      pen.moveTo(x - 3, m + 3); pen.lineTo(x + 3, m - 3);
      pen.stroke();
    } else if (bar.t1 === Infinity && bar.it.cancelled?.t) {
      const now = this.now(), reach = this.keep.span * 1000;
      const at = (bar.it.cancelled.t - now + reach) / (reach * (1 + ahead)) * this.box.clientWidth;
      if (at < 0) return;
      pen.fillStyle = ink.cancelled;
      pen.beginPath();
      pen.moveTo(at, y + 1); pen.lineTo(at + 7, y + lane / 2); pen.lineTo(at, y + lane - 1);
      pen.fill();
    }
  }

  // scale draws the axis, and a line where now is.
  scale(x, now, reach, width, height) {
    const { pen, ink } = this;
    pen.fillStyle = ink.raised;
    pen.fillRect(0, 0, width, axis - 1);
    pen.fillStyle = ink.line;
    pen.fillRect(0, axis - 1, width, 1);
    pen.font = '10.5px system-ui, "DejaVu Sans", sans-serif';
    const step = reach / (width < 500 ? 3 : 6);
    for (let t = 0; t <= reach; t += step) {
      const at = x(now - t);
      pen.globalAlpha = 0.5;
      pen.fillStyle = ink.line;
      pen.fillRect(at, axis, 1, height);
      pen.globalAlpha = 1;
      pen.fillStyle = ink.soft;
      const text = t === 0 ? 'now' : '−' + span(t).replace('.0 s', ' s').replace(' 00 s', '');
      pen.textAlign = t === 0 ? 'right' : 'center';
      pen.fillText(text, t === 0 ? width - 4 : Math.max(at, 18), axis / 2);
    }
    pen.textAlign = 'left';
    pen.fillStyle = this.held ? ink.cancelled : ink.running;
    pen.fillRect(x(now) - 1, axis - 4, 1.5, height);
  }

  hover(e) {
    const box = this.canvas.getBoundingClientRect();
    const x = e.clientX - box.left, y = e.clientY - box.top;
    const near = this.shown?.findLast(s => y >= s.y && y < s.y + lane && x >= s.x0 - 3 && x <= s.x1 + 3);
    this.point(y > axis ? near?.bar ?? null : null, e.clientX, e.clientY);
  }

  // point shows what there is to know of a bar.
  point(bar, x, y) {
    if (bar !== this.at) {
      this.at = bar;
      this.canvas.classList.toggle('on', Boolean(bar));
      if (bar) this.tip.replaceChildren(...about(bar, this.model));
      this.tip.hidden = !bar;
      this.draw();
    }
    if (!bar) return;
    const { offsetWidth: w, offsetHeight: t } = this.tip;
    this.tip.style.left = Math.max(6, Math.min(x + 12, innerWidth - w - 6)) + 'px';
    this.tip.style.top = (y + 16 + t > innerHeight ? Math.max(6, y - t - 10) : y + 16) + 'px';
  }

  // key moves from bar to bar, and reports whether it did.
  key(e) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (e.key === 'Enter' && this.at) {
      this.on.go(this.at.id, this.at);
      return true;
    }
    if (!move) return false;
    const [dx, dy] = move;
    const is = b => this.at && b.id === this.at.id && b.t0 === this.at.t0; // each layout makes other objects
    let i = this.lanes.findIndex(l => l.bars.some(is));
    let bar;
    if (i < 0) {
      i = 0;
      bar = this.lanes[0]?.bars.at(-1);
    } else if (dy) {
      i = Math.max(0, Math.min(this.lanes.length - 1, i + dy));
      bar = this.lanes[i].bars.reduce((a, b) => Math.abs(b.t0 - this.at.t0) < Math.abs(a.t0 - this.at.t0) ? b : a);
    } else {
      const bars = this.lanes[i].bars;
      bar = bars[Math.max(0, Math.min(bars.length - 1, bars.findIndex(is) + dx))];
    }
    if (!bar) return true;
    const y = axis + i * lane;
    if (y < this.box.scrollTop + axis) this.box.scrollTop = y - axis;
    else if (y + lane > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = y + lane - this.box.clientHeight;
    this.draw();
    const s = this.shown.find(s => s.bar === bar);
    const box = this.canvas.getBoundingClientRect();
    this.point(bar, box.left + (s ? Math.max(0, s.x0) : 40), box.top + (s ? s.y + lane : 40));
    return true;
  }
}

// about says what there is to know of a bar.
function about(bar, model) {
  const { it } = bar;
  const end = bar.t1 === Infinity ? model.now() : bar.t1;
  const state = bar.t1 === Infinity ? it.state : it.state;
  const reason = it.error || it.cause || it.cancelled && `cancelled: ${it.cancelled.reason || it.cancelled.cause}` || it.waits && waitText(it.waits);
  const glyph = { failed: 'failed', panicked: 'failed', exited: 'failed', cancelled: bar.t1 === Infinity ? 'cancelled' : 'ended', skipped: 'skipped', succeeded: 'succeeded' }[bar.tone] ?? bar.tone;
  return [
    h('p', { class: 'path' }, shown(it.path)),
    h('p', { class: bar.tone }, icon(glyph), ` ${state} ${bar.t1 === Infinity ? 'for' : 'after'} ${span(end - bar.t0)}`),
    reason ? h('p', { class: 'error' }, shown(reason)) : '',
    it.counts ? h('p', { class: 'quiet' }, `${num(it.counts.succeeded)} succeeded, ${num(it.counts.failed)} failed`) : '',
  ].filter(Boolean);
}

function round(pen, x, y, w, hgt, r) {
  pen.beginPath();
  pen.roundRect(x, y, Math.max(w, 1), hgt, Math.max(0, r));
}

export { spans };
