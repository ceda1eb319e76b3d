// Lays the tree out as rows: what is folded or filtered out has none.

import { brief, file } from './text.js';

// rowsOf gives the rows, and index, the row of each id.
export function rowsOf(model, keep) {
  const wanted = filter(model, keep);
  const rows = [];
  const index = new Map();
  const walk = (list, depth) => {
    const shown = wanted ? list.filter(n => wanted.has(n.id)) : list;
    shown.forEach((n, i) => {
      const kids = model.kids.get(n.id);
      const inner = Boolean(kids && (!wanted || kids.some(k => wanted.has(k.id))));
      const open = inner && !keep.folded.has(n.id);
      index.set(n.id, rows.length);
      rows.push({ n, depth, inner, open, at: i + 1, of: shown.length, hit: !wanted || wanted.get(n.id) });
      if (open) walk(kids, depth + 1);
    });
  };
  walk(model.kids.get('') ?? [], 0);
  return { rows, index };
}

// words cuts what was searched for.
export const words = query => query.toLowerCase().split(/\s+/).filter(Boolean);

// filter gives the ids that are shown, true for those that match and false for
// what they are in and what is in them; or null if there is no filter.
function filter(model, keep) {
  const search = words(keep.query);
  if (!search.length && !keep.only) return null;
  const wanted = new Map();
  const walk = (list, ups, inside) => {
    for (const n of list) {
      const hit = (!keep.only || is(n, keep.only)) && matches(n, search);
      if (hit) for (const up of ups) if (!wanted.has(up.id)) wanted.set(up.id, false);
      if (hit || inside) wanted.set(n.id, hit);
      const kids = model.kids.get(n.id);
      if (kids) walk(kids, [...ups, n], inside || hit && !keep.only);
    }
  };
  walk(model.kids.get('') ?? [], [], false);
  return wanted;
}

function is(n, only) {
  switch (only) {
    case 'trouble': return n.trouble;
    case 'cancelled': return n.tone === 'cancelled';
    case 'waiting': return n.tone === 'waiting' || n.tone === 'ring';
  }
  return n.tone === only && n.type !== 'group';
}

// matches reports whether all words are in what is written about a node, or, if
// they have a slash, in its path.
function matches(n, search) {
  if (!search.length) return true;
  const text = [n.name, n.kind, n.state, n.tone, n.func && brief(n.func), n.site && file(n.site), n.cancelled?.cause, n.waits?.path, n.blocked?.doing, n.shielded && 'shielded'].join(' ').toLowerCase();
  return search.every(w => text.includes(w) || w.includes('/') && n.path.toLowerCase().includes(w));
}
