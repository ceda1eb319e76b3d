// Draws the tree: of its rows only those that can be seen have elements, so that
// it stays fluid with tens of thousands.

import { h, icon, meter } from './dom.js';
import { file, num, shown, span } from './text.js';
import { rowsOf, words } from './rows.js';

const spare = 8; // rows drawn beyond the edges

export class Tree {
  constructor(box, model, keep, on) {
    Object.assign(this, { box, model, keep, on });
    this.sheet = box.querySelector('.sheet');
    this.drawn = new Map(); // row number → element
    this.rows = [];
    this.index = new Map();
    box.addEventListener('scroll', () => this.draw());
    new ResizeObserver(() => this.measure()).observe(box);
    // What is pressed may be drawn anew before it is let go of.
    box.addEventListener('pointerdown', e => { this.pressed = { id: this.rowAt(e.target)?.n.id, twist: Boolean(e.target.closest('.twist')) }; });
    box.addEventListener('click', e => this.clicked(e));
    box.addEventListener('dblclick', e => {
      const row = this.rowAt(e.target);
      if (row?.inner) this.fold(row.n, row.open);
    });
    this.measure();
  }

  measure() {
    this.height = parseFloat(getComputedStyle(this.box).getPropertyValue('--row')) || 26;
    this.refresh();
  }

  // refresh lays the rows out anew. What is on top of the window stays there.
  refresh() {
    const top = this.box.scrollTop;
    const first = Math.floor(top / this.height);
    const anchor = top > 0 ? this.rows.slice(first, first + 30) : [];
    Object.assign(this, rowsOf(this.model, this.keep));
    const sheet = this.rows.length * this.height + 'px';
    if (this.sheet.style.height !== sheet) this.sheet.style.height = sheet;
    const i = anchor.findIndex(r => this.index.has(r.n.id));
    if (i >= 0) {
      const moved = (this.index.get(anchor[i].n.id) - first - i) * this.height;
      if (moved) this.box.scrollTop = top + moved;
    }
    this.search = words(this.keep.query);
    for (const e of this.drawn.values()) e.stale = true;
    this.draw();
  }

  draw() {
    const from = Math.max(0, Math.floor(this.box.scrollTop / this.height) - spare);
    const to = Math.min(this.rows.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / this.height) + spare);
    const free = [];
    for (const [i, e] of this.drawn) {
      if (i >= from && i < to) continue;
      this.drawn.delete(i);
      free.push(e);
    }
    for (let i = from; i < to; i++) {
      let e = this.drawn.get(i);
      if (!e) {
        e = free.pop() ?? this.sheet.appendChild(h('div', { role: 'treeitem' }));
        e.style.transform = `translateY(${i * this.height}px)`;
        e.stale = true;
        this.drawn.set(i, e);
      }
      if (e.stale) this.fill(e, this.rows[i], i);
    }
    for (const e of free) e.remove();
    this.point();
    this.tick();
  }

  // fill writes a row into an element, if it is not there already.
  fill(e, row, i) {
    e.stale = false;
    const { n } = row;
    const selected = this.keep.selected?.id === n.id;
    const same = e.row && e.row.n === n && e.tone === n.tone && e.row.depth === row.depth && e.row.open === row.open
      && e.row.inner === row.inner && e.row.hit === row.hit && e.selected === selected && e.search === this.search.join(' ');
    e.row = row;
    e.dataset.i = i;
    e.setAttribute('aria-posinset', row.at);
    e.setAttribute('aria-setsize', row.of);
    if (same) return;
    e.selected = selected;
    e.tone = n.tone;
    e.search = this.search.join(' ');
    e.id = 'row-' + n.id;
    e.className = `row ${n.type} ${n.tone}${row.hit ? '' : ' near'}${selected ? ' selected' : ''}`;
    e.setAttribute('aria-level', row.depth + 1);
    e.setAttribute('aria-selected', selected);
    if (row.inner) e.setAttribute('aria-expanded', row.open);
    else e.removeAttribute('aria-expanded');
    e.style.setProperty('--depth', row.depth);
    e.ages = [];
    e.replaceChildren(
      row.inner ? h('span', { class: 'twist' }, icon('fold')) : h('span', { class: 'twist none' }),
      h('span', { class: 'glyph', title: toneWords[n.tone] }, icon(n.type === 'more' ? 'more' : n.tone), h('span', { class: 'away' }, toneWords[n.tone] + ', ')),
      h('span', { class: 'name' }, this.marked(nameOf(n))),
      h('span', { class: 'facts' }, ...this.facts(e, n)),
      h('span', { class: 'site' }, n.type !== 'body' && n.site ? shown(file(n.site)) : ''),
      this.age(e, 'age', () => n.type === 'more' || n.state === 'queued' ? '' : span(this.model.now() - n.t0)),
    );
  }

  // age makes a text that changes with the time.
  age(e, kind, text) {
    const at = h('span', { class: kind });
    e.ages.push({ at, text });
    return at;
  }

  facts(e, n) {
    const f = [];
    const now = () => this.model.now();
    const tag = (text, kind = '') => f.push(h('span', { class: 'tag ' + kind }, shown(text)));
    if (n.type === 'more') return [];
    if (n.type === 'group') {
      if (n.kind !== 'run') tag(n.kind);
      if (n.state !== 'open') tag(n.state);
    } else {
      if (n.kind !== 'ordinary') tag(n.kind, n.kind);
      if (n.state === 'queued') tag('queued');
    }
    if (n.shielded) tag('shielded', 'shielded');
    if (n.weight) tag('weight ' + n.weight);
    if (n.limit) f.push(meter(n.used ?? 0, n.limit, 'slots', `${num(n.used ?? 0)} of ${num(n.limit)} slots taken`), h('span', { class: 'quiet' }, `${num(n.used ?? 0)}/${num(n.limit)}`));
    if (n.queued) f.push(h('span', { class: 'count queued' }, '+' + num(n.queued) + ' queued'));
    if (n.progress) {
      const { done, total } = n.progress;
      if (total) f.push(meter(done, total, 'progress', `${num(done)} of ${num(total)} done`), h('span', { class: 'quiet' }, `${num(done)} of ${num(total)}`));
      else f.push(h('span', { class: 'quiet' }, num(done) + ' done'));
    }
    for (const [k, v] of Object.entries(n.counts ?? {})) {
      if (v) f.push(h('span', { class: 'count ' + k, title: `${num(v)} ${k}` }, icon(k === 'cancelled' ? 'ended' : k), num(v), h('span', { class: 'away' }, ' ' + k)));
    }
    if (n.cancelled) {
      const { cause, reason, t, left } = n.cancelled;
      f.push(h('span', { class: 'cause' }, 'cancelled ', t ? this.age(e, 'ago', () => span(now() - t) + ' ago') : '',
        left ? ` · ${num(left)} left` : '', ' · ' + shown(reason || cause)));
    }
    if (n.tone === 'cancelled' && !n.cancelled && !n.waits && n.dead.cancelled.t) {
      f.push(h('span', { class: 'cause' }, 'goes on ', this.age(e, 'ago', () => span(now() - n.dead.cancelled.t)), ' after it was cancelled'));
    }
    if (n.blocked && !n.blocked.in) f.push(h('span', { class: 'waits' }, shown(n.blocked.doing)));
    if (n.waits) {
      const { t } = n.waits;
      f.push(h('span', { class: 'waits' }, n.waits.ring ? h('b', {}, 'ring ') : '', waitText(n.waits), t ? this.age(e, 'ago', () => t > now() ? ', ' + span(t - now()) + ' left' : '') : ''));
    }
    if (n.deadline) f.push(this.age(e, 'quiet', () => n.deadline.t > now() ? 'ends in ' + span(n.deadline.t - now()) : 'late by ' + span(now() - n.deadline.t)));
    return f;
  }

  // marked marks what was searched for.
  marked(text) {
    if (!this.search.length) return [text];
    const low = text.toLowerCase();
    const parts = [];
    let at = 0;
    while (at < text.length) {
      let next = null;
      for (const w of this.search) {
        const i = low.indexOf(w, at);
        if (i >= 0 && (!next || i < next.i)) next = { i, w };
      }
      if (!next) break;
      parts.push(text.slice(at, next.i), h('mark', {}, text.slice(next.i, next.i + next.w.length)));
      at = next.i + next.w.length;
    }
    parts.push(text.slice(at));
    return parts;
  }

  // tick writes the ages anew.
  tick() {
    for (const e of this.drawn.values()) {
      for (const a of e.ages ?? []) {
        const text = a.text();
        if (a.at.textContent !== text) a.at.textContent = text;
      }
    }
  }

  // point tells assistive technology which row is selected.
  point() {
    const i = this.index.get(this.keep.selected?.id);
    const e = i === undefined ? null : this.drawn.get(i);
    if (e) this.box.setAttribute('aria-activedescendant', e.id);
    else this.box.removeAttribute('aria-activedescendant');
  }

  rowAt(target) {
    const e = target.closest('[role=treeitem]');
    return e && this.rows[+e.dataset.i];
  }

  clicked(e) {
    const row = this.rows[this.index.get(this.pressed?.id)] ?? this.rowAt(e.target);
    if (!row) return;
    if (row.inner && (this.pressed?.twist ?? e.target.closest('.twist'))) this.fold(row.n, row.open);
    else if (row.n.type === 'more') this.on.unfold(row.n);
    else this.on.select(row.n, true);
  }

  fold(n, shut) {
    if (shut) this.keep.folded.set(n.id, n.path);
    else this.keep.folded.delete(n.id);
    this.keep.changed();
    this.refresh();
  }

  foldAll(shut) {
    this.keep.folded.clear();
    if (shut) for (const n of this.model.nodes.values()) if (n.type === 'group' && n.up) this.keep.folded.set(n.id, n.path);
    this.keep.changed();
    this.refresh();
  }

  // reveal unfolds what a node is in and scrolls to it.
  reveal(id) {
    let unfolded = false;
    for (let n = this.model.nodes.get(this.model.nodes.get(id)?.up); n; n = this.model.nodes.get(n.up)) unfolded = this.keep.folded.delete(n.id) || unfolded;
    if (unfolded) this.keep.changed();
    this.refresh();
    const i = this.index.get(id);
    if (i === undefined) return;
    const top = i * this.height;
    const { scrollTop, clientHeight } = this.box;
    if (top < scrollTop) this.box.scrollTop = top;
    else if (top + this.height > scrollTop + clientHeight) this.box.scrollTop = top + this.height - clientHeight;
  }

  // key does what a key says, and reports whether it did.
  key(e) {
    const i = this.index.get(this.keep.selected?.id) ?? -1;
    const row = this.rows[i];
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.height) - 1);
    const go = to => {
      const target = this.rows[Math.max(0, Math.min(this.rows.length - 1, to))];
      if (target) this.on.select(target.n);
    };
    switch (e.key) {
      case 'ArrowDown': go(i + 1); break;
      case 'ArrowUp': go(i < 0 ? 0 : i - 1); break;
      case 'PageDown': go(i + page); break;
      case 'PageUp': go(i - page); break;
      case 'Home': go(0); break;
      case 'End': go(this.rows.length - 1); break;
      case 'ArrowRight':
        if (row?.inner && !row.open) this.fold(row.n, false);
        else if (row?.inner) go(i + 1);
        break;
      case 'ArrowLeft':
        if (row?.open) this.fold(row.n, true);
        else if (row && this.index.has(row.n.up)) go(this.index.get(row.n.up));
        break;
      case 'Enter':
        if (row?.n.type === 'more') this.on.unfold(row.n);
        else if (row) this.on.select(row.n, true, true);
        break;
      default: return false;
    }
    return true;
  }
}

export const toneWords = {
  running: 'running', waiting: 'waiting', queued: 'queued', group: 'group', ring: 'in a ring of waits',
  cancelled: 'cancelled, and has not ended', abandoned: 'left behind',
};

export function nameOf(n) {
  if (n.type === 'more') return `…and ${num(n.count)} more like it`;
  return n.type === 'body' ? 'body' : shown(n.name);
}

export function waitText(w) {
  const more = w.more ? ` and ${num(w.more)} more` : '';
  switch (w.for) {
    case 'slot': return 'waits for a slot' + more;
    case 'timer': return 'sleeps' + more;
    case 'join': return 'joins ' + shown(last(w.path)) + more;
  }
  return 'waits for ' + shown(last(w.path)) + more;
}

const last = path => (path ?? '').split('/').at(-1);
