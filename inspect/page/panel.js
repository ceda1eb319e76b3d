// The panel beside the tree: why what is selected is still running, or, if
// nothing is, what in the program needs a look.

import { h, icon, meter } from './dom.js';
import { brief, millis, num, plural, shown, span } from './text.js';
import { nameOf, toneWords, waitText } from './tree.js';

const again = 5000; // ms before it asks again by itself: to ask stops the program

export class Panel {
  constructor(box, model, keep, on) {
    Object.assign(this, { box, model, keep, on });
    this.ages = [];
    box.addEventListener('click', e => {
      const id = e.target.closest('[data-id]')?.dataset.id;
      if (id) this.on.go(id);
    });
  }

  // show draws what is selected. It asks the program about it if it did not yet.
  show() {
    const id = this.keep.selected?.id;
    if (id !== this.id) {
      this.id = id;
      this.about = null;
      this.problem = '';
      this.box.scrollTop = 0;
      clearTimeout(this.timer);
      if (id) this.timer = setTimeout(() => this.ask(), 150); // not for each row that is passed
    } else if (id && this.about && this.model.nodes.get(id) !== this.asked && Date.now() - this.askedAt > again) {
      this.ask();
    }
    this.render();
  }

  async ask() {
    const id = this.id;
    if (!id || !this.model.nodes.has(id)) return;
    this.asked = this.model.nodes.get(id);
    this.askedAt = Date.now();
    try {
      const answer = await fetch('node.json?' + new URLSearchParams({ id }));
      const about = answer.ok ? await answer.json() : null;
      if (id !== this.id) return;
      this.problem = '';
      if (about) this.about = about;
    } catch {
      if (id === this.id) this.problem = 'The program does not answer.';
    }
    this.render();
  }

  render() {
    const n = this.model.nodes.get(this.id);
    const kept = this.about?.node ?? this.keep.selected;
    const parts = n ? this.node(n) : this.id && (this.model.end(this.id) || this.about) ? this.gone(kept) : this.overview();
    this.replace(parts.flat().filter(Boolean));
  }

  // replace draws those parts anew that are not what they were: what one is about
  // to click on, or reads, stays.
  replace(parts) {
    const old = [...this.box.children];
    const focus = document.activeElement?.dataset?.focus;
    parts.forEach((e, i) => {
      e.made = e.outerHTML;
      if (old[i]?.made === e.made) return;
      if (old[i]) old[i].replaceWith(e);
      else this.box.append(e);
    });
    for (const e of old.slice(parts.length)) e.remove();
    if (focus && !this.box.contains(document.activeElement)) this.box.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
    this.ages = [...this.box.querySelectorAll('time')].map(e => ({ at: e, ...times.get(e) }));
    this.tick();
  }

  tick() {
    for (const a of this.ages) {
      const text = span(a.ahead ? a.t - this.model.now() : this.model.now() - a.t);
      if (a.at.textContent !== text) a.at.textContent = text;
    }
  }

  link(id, path, text) {
    if (!this.model.nodes.has(id)) return h('span', { class: 'path' }, shown(text ?? path));
    return h('button', { type: 'button', class: 'link', 'data-id': id, 'data-focus': 'go' + id, title: shown(path) }, shown(text ?? path));
  }

  head(n, tone, word) {
    const ups = [];
    for (let up = this.model.nodes.get(n.up); up; up = this.model.nodes.get(up.up)) if (up.type !== 'body') ups.unshift(this.link(up.id, up.path, up.name), ' / ');
    return [
      h('nav', { class: 'crumbs', 'aria-label': 'What it is in' }, h('button', { type: 'button', class: 'link', 'data-id': '-', 'data-focus': 'top' }, 'overview'), ' / ', ...ups),
      h('h2', {}, h('span', { class: 'glyph ' + tone }, icon(tone)), h('bdi', {}, nameOf(n))),
      h('p', { class: 'state ' + tone }, word),
    ];
  }

  node(n) {
    const word = n.type === 'group' ? `group, ${n.state}${n.cancelled ? ', cancelled' : ''}` : `${n.type}, ${toneWords[n.tone]}`;
    return [
      ...this.head(n, n.tone, word),
      n.type === 'more' ? h('p', {}, 'They are of the same function and in the same state as the one above.') : this.why(n),
      n.waits?.ring && this.ring(n),
      n.cancelled && this.cancelled(n),
      this.blocked(),
      this.facts(n),
    ];
  }

  why(n) {
    const about = this.about;
    const at = about && (Date.parse(about.time ?? '') || this.askedAt + this.model.skew);
    return h('section', { class: 'why' },
      h('h3', {}, 'Why is this still running?'),
      this.problem ? h('p', { class: 'problem' }, this.problem) : '',
      about ? about.why.map(s => h('p', {}, ...sentence(s, at))) : h('p', { class: 'quiet' }, 'looking…'),
      about && h('p', { class: 'quiet' }, 'as of ', ago(at), ' ago · ',
        h('button', { type: 'button', class: 'link', 'data-focus': 'again', onclick: () => this.ask(), 'aria-keyshortcuts': 'r' }, 'look again')));
  }

  ring(n) {
    const ring = this.model.ring(n);
    return h('section', { class: 'card ring' },
      h('h3', {}, icon('ring'), `A ring of ${num(ring.length)}: none of them can go on`),
      h('ol', { class: 'chain' }, ...[...ring, ring[0]].map(k => h('li', {}, this.link(k.id, k.path, nameOf(k))))));
  }

  cancelled(n) {
    const c = n.cancelled;
    const left = this.model.left(n);
    return h('section', { class: 'card cancelled' },
      h('h3', {}, icon('cancelled'), 'Cancelled ', c.t ? [ago(c.t), ' ago'] : ''),
      c.by ? h('p', {}, 'by ', h('b', { class: 'path' }, shown(c.by)), c.site ? ['  ', h('span', { class: 'quiet' }, shown(brief(c.site)))] : '') : '',
      h('p', { class: 'error' }, shown(c.reason || c.cause)),
      left.length ? [
        h('p', {}, plural(left.reduce((s, k) => s + (k.count ?? 1), 0), 'task') + ' not ended yet:'),
        h('ul', {}, ...left.slice(0, 8).map(k => h('li', {}, this.link(k.id, k.path, nameOf(k)))), left.length > 8 ? h('li', {}, 'and more') : ''),
      ] : '');
  }

  blocked() {
    const b = this.about?.node.blocked;
    if (!b) return null;
    return h('section', {},
      h('h3', {}, b.in || b.stack ? 'Where it is' : 'What it waits for'),
      h('p', {}, h('span', { class: 'tag' }, shown(b.doing)), b.in ? [' in ', h('code', {}, shown(brief(b.in)))] : '',
        b.since_minutes ? ` for ${plural(b.since_minutes, 'minute')}` : ''),
      b.site ? h('p', {}, h('code', {}, shown(b.site))) : '',
      b.stack && h('details', {}, h('summary', { 'data-focus': 'stack' }, 'The whole stack'), h('pre', { tabindex: '0' }, b.stack.split('\n').map(shown).join('\n'))));
  }

  facts(n) {
    const rows = [];
    const add = (name, ...value) => rows.push(h('dt', {}, name), h('dd', {}, ...value));
    if (n.waits) {
      const to = n.waits.id && this.model.nodes.get(n.waits.id);
      add('Waits', to ? [waitText({ ...n.waits, path: '' }), this.link(to.id, to.path, nameOf(to)), n.waits.for !== 'slot' ? h('span', { class: 'quiet' }, ' (w)') : ''] : waitText(n.waits),
        n.waits.t ? [', ', ahead(n.waits.t), ' left'] : '');
    }
    if (!Number.isNaN(n.t0) && n.state !== 'queued') add(n.type === 'group' ? 'Opened' : 'Began', ago(n.t0), ' ago');
    if (n.kind) add('Kind', n.kind + (n.shielded ? ', shielded' : ''));
    if (n.limit) add('Slots', meter(n.used ?? 0, n.limit, 'slots', 'slots taken'), ` ${num(n.used ?? 0)} of ${num(n.limit)} taken`);
    if (n.type === 'group') add('Tasks', `${num(n.running ?? 0)} running, ${num(n.queued ?? 0)} queued`);
    if (n.counts) {
      const ends = Object.entries(n.counts).filter(([, v]) => v);
      if (ends.length) add('Ended', ...ends.map(([k, v]) => h('span', { class: 'count ' + k }, icon(k === 'cancelled' ? 'ended' : k), num(v) + ' ' + k)));
    }
    if (n.progress) {
      const p = n.progress;
      add('Progress', p.total ? [meter(p.done, p.total, 'progress', 'done'), ` ${num(p.done)} of ${num(p.total)}`] : num(p.done) + ' done',
        p.failed ? `, ${num(p.failed)} failed` : '', p.skipped ? `, ${num(p.skipped)} skipped` : '');
    }
    if (n.deadline) add('Deadline', n.deadline.t > this.model.now() ? ['in ', ahead(n.deadline.t)] : ['passed ', ago(n.deadline.t), ' ago'], n.deadline.by ? ', set by ' + shown(n.deadline.by) : '');
    if (n.weight) add('Weight', `${n.weight} slots`);
    add('Path', h('span', { class: 'path' }, shown(n.path)));
    if (n.func) add('Function', h('code', {}, shown(n.func)));
    if (n.site) add('Source', h('code', {}, shown(n.site)));
    return h('dl', { class: 'facts' }, ...rows);
  }

  gone(n) {
    const e = this.model.end(this.id);
    const tone = e?.state ?? 'ended';
    return [
      ...this.head({ ...n, ...e }, icons[tone] ?? 'ended', 'has ended'),
      e ? this.ended(e) : h('p', {}, 'It has ended.'),
    ];
  }

  ended(e) {
    return h('section', { class: 'card ' + e.state },
      h('h3', {}, icon(icons[e.state] ?? 'ended'), `${e.state} `, ago(e.t1), ' ago'),
      h('p', {}, `It took ${span(e.t1 - e.t0)}.`, e.after_cancel ? ' It failed after it was cancelled.' : ''),
      e.error || e.cause ? h('p', { class: 'error' }, shown(e.error || e.cause)) : '',
      h('dl', { class: 'facts' }, h('dt', {}, 'Path'), h('dd', { class: 'path' }, shown(e.path)),
        e.site ? [h('dt', {}, 'Source'), h('dd', {}, h('code', {}, shown(e.site)))] : []));
  }

  overview() {
    const cards = [];
    const seen = new Set();
    for (const n of this.model.trouble.slice(0, 50)) {
      if (seen.has(n.id)) continue;
      if (n.waits?.ring) {
        for (const k of this.model.ring(n)) seen.add(k.id);
        cards.push(this.ring(n));
      } else if (n.kind === 'abandoned') {
        cards.push(h('section', { class: 'card abandoned' }, h('h3', {}, icon('abandoned'), 'Left behind ', n.cancelled?.t ? [ago(n.cancelled.t), ' ago'] : ''),
          h('p', {}, this.link(n.id, n.path, nameOf(n)), ' still runs, and nobody waits for it.')));
      } else {
        const left = this.model.left(n);
        cards.push(h('section', { class: 'card cancelled' },
          h('h3', {}, icon('cancelled'), 'Not obeyed for ', n.cancelled.t ? ago(n.cancelled.t) : 'some time'),
          h('p', {}, this.link(n.id, n.path, nameOf(n)), ' was cancelled', n.cancelled.by ? [' by ', h('b', {}, shown(n.cancelled.by.split('/').at(-1)))] : '', '.'),
          h('p', { class: 'error' }, shown(n.cancelled.reason || n.cancelled.cause)),
          left.length ? h('p', {}, 'Still there: ', ...left.slice(0, 5).flatMap((k, i) => [i ? ', ' : '', this.link(k.id, k.path, nameOf(k))]), left.length > 5 ? ' and more' : '', '.') : ''));
      }
    }
    const ends = this.model.ended.filter(e => e.state !== 'succeeded').slice(-40).reverse();
    return [
      h('h2', {}, 'What needs a look'),
      cards.length ? cards : h('p', { class: 'well' }, icon('succeeded'), 'Nothing. No ring of waits, nothing left behind, and all that was cancelled has ended.'),
      this.model.truncated ? h('p', { class: 'quiet' }, `${plural(this.model.truncated, 'node')} are not shown.`) : '',
      h('h3', { class: 'above' }, 'Failed or cancelled lately'),
      ends.length ? h('ul', { class: 'ends' }, ...ends.map(e => h('li', { class: e.state },
        h('span', { class: 'glyph ' + e.state }, icon(icons[e.state] ?? 'ended')),
        h('span', { class: 'what' }, h('b', {}, shown(e.name)), ' ', h('span', {}, shown(e.error || e.cause || e.state))),
        h('span', { class: 'when' }, ago(e.t1))))) : h('p', { class: 'quiet' }, 'nothing'),
    ];
  }
}

const icons = { succeeded: 'succeeded', failed: 'failed', panicked: 'failed', exited: 'failed', cancelled: 'ended', skipped: 'skipped' };

const times = new WeakMap();

function time(t, ahead) {
  const e = h('time', { 'data-t': Math.round(t) });
  times.set(e, { t, ahead });
  return e;
}
const ago = t => time(t, false);
const ahead = t => time(t, true);

// sentence makes the age in a sentence of that time one that goes on, as all others do.
function sentence(s, at) {
  const m = /( cancelled | run for | sleeping, for )((?:\d+h)?(?:\d+m)?[\d.]+m?s)( ago|\.| more)/.exec(s);
  if (!m) return [shown(s)];
  const from = m.index + m[1].length;
  const d = millis(m[2]);
  return [shown(s.slice(0, from)), m[3] === ' more' ? ahead(at + d) : ago(at - d), shown(s.slice(from + m[2].length))];
}
