// The program as the page knows it: the nodes that there are, what has ended
// lately, and what is wrong. Nothing here draws.

const keptEnded = 4000;

export class Model {
  constructor() {
    this.nodes = new Map();
    this.kids = new Map(); // id, or '' → nodes in order
    this.ended = [];       // the oldest first
    this.totals = { groups: 0, tasks: 0, running: 0, queued: 0 };
    this.ripens = Infinity; // when the next that was cancelled becomes trouble, if nothing else changes
    this.started = '';
    this.skew = 0; // the program's clock is so many ms ahead of the page's
  }

  // now is the program's time.
  now() { return Date.now() + this.skew; }

  tree(s) {
    if (s.started !== this.started) this.ended = [];
    this.started = s.started;
    this.head = { program: s.program, pid: s.pid, go: s.go, started: Date.parse(s.started) };
    this.nodes.clear();
    this.skew = Date.parse(s.time) - Date.now();
    const known = new Set(this.ended.map(endOf));
    this.take(s, s.nodes, s.recent.filter(e => !known.has(endOf(e))));
  }

  patch(p) {
    for (const id of p.gone) this.nodes.delete(id);
    // A message that was held up must not turn the clock back.
    this.skew = Math.max(this.skew, Date.parse(p.time) - Date.now());
    this.take(p, p.nodes, p.recent);
  }

  take(from, nodes, recent) {
    this.totals = from.totals;
    this.truncated = from.truncated ?? 0;
    for (const n of nodes) {
      n.t0 = n.since ? Date.parse(n.since) : NaN;
      if (n.cancelled?.at) n.cancelled.t = Date.parse(n.cancelled.at);
      if (n.deadline) n.deadline.t = Date.parse(n.deadline.at);
      if (n.waits?.until) n.waits.t = Date.parse(n.waits.until);
      this.nodes.set(n.id, n);
    }
    for (const e of recent) {
      e.t1 = Date.parse(e.end);
      e.t0 = e.start ? Date.parse(e.start) : e.t1;
      this.ended.push(e);
    }
    if (this.ended.length > keptEnded) this.ended.splice(0, this.ended.length - keptEnded);
    this.arrange();
  }

  // arrange lists what is in what, and works out how each node is doing.
  arrange() {
    this.kids = new Map();
    const more = [];
    for (const n of this.nodes.values()) {
      if (n.type === 'more') { more.push(n); continue; }
      const up = this.nodes.has(n.up) ? n.up : '';
      const list = this.kids.get(up);
      if (list) list.push(n);
      else this.kids.set(up, [n]);
    }
    for (const list of this.kids.values()) list.sort(inOrder);
    for (const n of more) {
      const list = this.kids.get(this.nodes.has(n.up) ? n.up : '') ?? [];
      const like = this.nodes.get(n.like);
      list.splice(list.findLastIndex(k => k === like || like && k.func === like.func && k.state === like.state && k.type === like.type) + 1, 0, n);
      this.kids.set(this.nodes.has(n.up) ? n.up : '', list);
    }
    this.trouble = [];
    this.ripens = Infinity;
    this.counts = { trouble: 0, running: 0, waiting: 0, queued: 0, cancelled: 0 };
    const walk = (list, dead) => {
      for (const n of list) {
        n.dead = n.cancelled ? n : n.shielded ? null : dead; // the nearest that is cancelled
        n.tone = toneOf(n);
        if (n.type === 'task' || n.type === 'body' || n.type === 'more') this.counts[kindOfTone(n)] += n.count ?? 1;
        n.trouble = isTrouble(n, this);
        if (n.trouble) this.trouble.push(n);
        else if (n.cancelled?.left > 0) this.ripens = Math.min(this.ripens, n.cancelled.t + patience);
        const kids = this.kids.get(n.id);
        if (kids) walk(kids, n.dead);
      }
    };
    walk(this.kids.get('') ?? [], null);
    this.counts.trouble = this.trouble.length;
  }

  // ripen reports whether something became trouble only because time went by.
  ripen() {
    if (this.now() < this.ripens) return false;
    this.arrange();
    return true;
  }

  // ring lists the tasks of the ring that a node is in.
  ring(n) {
    const ring = [];
    for (let at = n; at && !ring.includes(at) && ring.length < 50;) {
      ring.push(at);
      let to = this.nodes.get(at.waits?.id);
      if (to && !to.waits?.ring) to = this.within(to, k => k.waits?.ring);
      at = to;
    }
    return ring;
  }

  within(n, is) {
    for (const k of this.kids.get(n.id) ?? []) {
      const found = is(k) ? k : this.within(k, is);
      if (found) return found;
    }
  }

  // left lists who has not obeyed yet in a node that is cancelled.
  left(n) {
    const left = [];
    const walk = list => {
      for (const k of list) {
        const kids = this.kids.get(k.id) ?? [];
        if ((k.type === 'task' || k.type === 'body' || k.type === 'more') && k.state === 'running' && !kids.length) left.push(k);
        walk(kids);
      }
    };
    walk(n.type === 'group' ? this.kids.get(n.id) ?? [] : [n]);
    return left;
  }

  // end gives how a node ended that is there no more.
  end(id) { return this.ended.findLast(e => e.id === id); }
}

const endOf = e => e.id + '@' + e.end;

const rank = n => n.type === 'body' ? 0 : n.state === 'queued' ? 2 : 1;
const inOrder = (a, b) => rank(a) - rank(b) || a.t0 - b.t0 || (a.id < b.id ? -1 : 1);

// toneOf gives what a node is to look like.
function toneOf(n) {
  if (n.waits?.ring) return 'ring';
  if (n.kind === 'abandoned') return 'abandoned';
  if (n.dead && n.state !== 'queued') return 'cancelled';
  if (n.state === 'queued') return 'queued';
  if (n.type === 'group') return 'group';
  if (n.waits) return 'waiting';
  return 'running';
}

const kindOfTone = n => ({ ring: 'waiting', abandoned: 'running' })[n.tone] ?? n.tone;

const patience = 1000; // ms in which what was cancelled may end

// isTrouble reports whether somebody should look: a ring, a call left behind, a
// group that was cancelled a while ago and is still there.
function isTrouble(n, model) {
  if (n.waits?.ring || n.kind === 'abandoned') return true;
  return Boolean(n.cancelled && (n.cancelled.left ?? 0) > 0 && !(model.now() - n.cancelled.t < patience));
}
