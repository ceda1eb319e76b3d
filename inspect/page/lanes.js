// Lays the timeline out: a block for each group, within that of the group around
// it, with its tasks below it in as few lanes as they fit into without
// overlapping. Groups in which something has ended come before those in which
// nothing happens. A task that has opened a group has no bar beside the group's.

const groupOf = id => id ? id.split('.')[0] : '';

// lanesOf gives the lanes, each a list of bars in order of time: of what has
// lived after the time from.
export function lanesOf(model, from) {
  const blocks = new Map();
  const block = (id, path) => {
    let b = blocks.get(id);
    if (!b) blocks.set(id, b = { id, path, up: '', bar: null, bars: [], blocks: [], t0: Infinity, quiet: true });
    return b;
  };
  const openers = new Set();
  const put = (it, bar) => {
    if (it.type === 'group') {
      openers.add(it.up);
      const b = block(it.id, it.path);
      b.bar = bar;
      b.up = groupOf(it.up);
      b.t0 = Math.min(b.t0, bar.t0);
    } else {
      const b = block(groupOf(it.up), it.path);
      b.bars.push(bar);
      b.quiet &&= bar.t1 === Infinity;
      b.t0 = Math.min(b.t0, bar.t0);
    }
  };
  for (const n of model.nodes.values()) {
    if (n.type === 'body' || n.type === 'more' || n.state === 'queued') continue;
    put(n, { id: n.id, name: n.name, it: n, t0: n.t0, t1: Infinity, tone: n.tone, group: n.type === 'group' });
  }
  for (const e of model.ended) {
    if (e.t1 < from) continue;
    put(e, { id: e.id, name: e.name, it: e, t0: e.t0, t1: e.t1, tone: e.state, group: e.type === 'group' });
  }
  const roots = [];
  for (const b of blocks.values()) (blocks.get(b.up)?.blocks ?? roots).push(b);
  for (const b of blocks.values()) { // what has something lively in it is lively
    for (let up = b; up && !b.quiet; up = blocks.get(up.up)) up.quiet = false;
  }
  const lanes = [];
  const walk = (list, depth) => {
    for (const b of list.sort((a, c) => a.quiet - c.quiet || a.t0 - c.t0)) {
      const bars = b.bars.filter(bar => bar.t1 >= from && !(openers.has(bar.id) && (bar.t1 === Infinity || bar.tone === 'succeeded')));
      if (b.bar) lanes.push({ bars: [b.bar], group: true, depth });
      pack(bars, lanes, depth);
      walk(b.blocks, depth + 1);
    }
  };
  walk(roots, 0);
  return lanes;
}

// pack puts each bar into the first lane that is free again, or into a new one.
function pack(bars, lanes, depth) {
  const free = new Heap();
  for (const bar of bars.sort((a, b) => a.t0 - b.t0)) {
    let lane;
    if (free.size && free.least() <= bar.t0) lane = free.take();
    else lanes.push(lane = { bars: [], group: false, depth });
    lane.bars.push(bar);
    if (bar.t1 !== Infinity) free.add(bar.t1, lane);
  }
}

// A Heap gives lanes by the time when they are free.
class Heap {
  list = [];
  get size() { return this.list.length; }
  least() { return this.list[0].t; }
  add(t, lane) {
    const l = this.list;
    let i = l.push({ t, lane }) - 1;
    for (let up; i > 0 && l[up = (i - 1) >> 1].t > l[i].t; i = up) [l[i], l[up]] = [l[up], l[i]];
  }
  take() {
    const l = this.list;
    const top = l[0];
    const last = l.pop();
    if (l.length) {
      l[0] = last;
      for (let i = 0; ;) {
        let down = 2 * i + 1;
        if (down >= l.length) break;
        if (down + 1 < l.length && l[down + 1].t < l[down].t) down++;
        if (l[down].t >= l[i].t) break;
        [l[i], l[down]] = [l[down], l[i]];
        i = down;
      }
    }
    return top.lane;
  }
}
