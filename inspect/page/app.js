// Puts the page together: what comes from the program goes to the model, and from
// there into the tree, the panel and the timeline; what the user does, to them.

import { $, h } from './dom.js';
import { Feed } from './feed.js';
import { Keep } from './keep.js';
import { Model } from './model.js';
import { Panel } from './panel.js';
import { num, shown, span } from './text.js';
import { Timeline, spans } from './timeline.js';
import { Tree } from './tree.js';

const most = 20_000;  // nodes that the page asks for
const beat = 100;     // ms between two ticks of the ages

const keep = new Keep();
const model = new Model();
const back = []; // ids that were selected before

const tree = new Tree($('tree'), model, keep, { select, unfold: () => setAlike(false) });
const panel = new Panel($('why'), model, keep, { go });
const timeline = new Timeline($('timeline'), $('tip'), model, keep, { go, spans: drawSpans });

// The feed.

const feed = new Feed({
  tree(s) {
    model.tree(s);
    keep.restarted(model);
    draw(); // at once: it is said to be live
  },
  patch(p) {
    model.patch(p);
    changed();
  },
  state(text, live) {
    const link = $('link');
    link.className = live ? 'live' : 'lost';
    link.lastElementChild.textContent = text;
    document.body.classList.toggle('lost', !live);
  },
});

const follow = () => feed.open({ every: '200ms', max: most, fold: keep.alike ? 1 : 0 });

// changed draws everything anew, at most once a frame.
let due = false;
function changed() {
  if (due || !model.head) return;
  due = true;
  setTimeout(() => { // not requestAnimationFrame: hidden pages get none
    due = false;
    draw();
  }, 16);
}

function draw() {
  drawHead();
  drawFilters();
  tree.refresh();
  panel.show();
  timeline.layout();
  const none = !tree.rows.length;
  $('empty').hidden = !none;
  if (none) $('empty').textContent = model.nodes.size ? 'Nothing is like that just now.' : 'No group is open.';
}

setInterval(() => {
  if (document.hidden || document.body.classList.contains('lost')) return;
  if (model.ripen()) changed();
  tree.tick();
  panel.tick();
  drawUp();
}, beat);

// The timeline flows between changes too, slower if there is much to draw or if
// nothing is to move.
const still = matchMedia('(prefers-reduced-motion: reduce)');
let drawnAt = 0;
requestAnimationFrame(function flow(t) {
  requestAnimationFrame(flow);
  const pause = still.matches ? 1000 : timeline.shown?.length > 400 ? 120 : 33;
  if (t - drawnAt < pause || timeline.held || document.body.classList.contains('lost')) return;
  drawnAt = t;
  timeline.draw();
});

// The head and the tools.

function drawHead() {
  const { program, pid, go } = model.head;
  $('program').textContent = shown(program);
  document.title = shown(program) + ' · braid';
  $('about').title = pid ? `process ${pid}, ${go}` : ''; // a workflow is no process
  const t = model.totals;
  $('totals').replaceChildren(total(t.groups, t.groups === 1 ? 'group' : 'groups', 'group'), total(t.running, 'running', 'running'), total(t.queued, 'queued', 'queued'));
  drawUp();
}

const total = (n, word, kind) => h('span', { class: kind }, h('b', {}, num(n)), ' ' + word);

function drawUp() {
  if (!model.head) return;
  const { pid, started } = model.head;
  const text = `${pid ? `pid ${pid} · ` : ''}up ${span(model.now() - started)}`;
  if ($('about').textContent !== text) $('about').textContent = text;
}

const filters = ['trouble', 'running', 'waiting', 'queued', 'cancelled'];

function drawFilters() {
  const box = $('filters');
  if (!box.children.length) {
    for (const name of filters) box.append(h('button', { type: 'button', class: name, 'data-only': name, onclick: () => setOnly(keep.only === name ? '' : name) }, name, ' ', h('b')));
  }
  for (const b of box.children) {
    const name = b.dataset.only;
    b.setAttribute('aria-pressed', keep.only === name);
    b.lastElementChild.textContent = num(model.counts[name] ?? 0);
    b.classList.toggle('none', !model.counts[name]);
  }
}

function setOnly(name) {
  keep.only = name;
  keep.changed();
  tree.box.scrollTop = 0;
  changed();
}

function setAlike(on) {
  keep.alike = on;
  keep.changed();
  $('alike').setAttribute('aria-pressed', on);
  follow();
}

function drawSpans() {
  const box = $('spans');
  if (!box.children.length) {
    for (const s of spans) box.append(h('button', { type: 'button', 'data-span': s, onclick: () => timeline.setSpan(s) }, s < 60 ? s + ' s' : s / 60 + ' min'));
  }
  for (const b of box.children) b.setAttribute('aria-pressed', +b.dataset.span === keep.span);
}

function hold(on) {
  $('pause').setAttribute('aria-pressed', on);
  timeline.hold(on);
}

// Selecting.

// select selects a node of the tree. If it was chosen, and not merely passed, the
// panel comes to the front where there is room for one view only.
function select(n, chosen, focus) {
  if (keep.selected && keep.selected.id !== n?.id) back.push(keep.selected.id);
  if (back.length > 100) back.shift();
  keep.selected = n ? { id: n.id, path: n.path, name: n.name, type: n.type, up: n.up } : null;
  keep.changed();
  if (n) tree.reveal(n.id);
  else tree.refresh();
  panel.show();
  timeline.draw();
  if (chosen && narrow.matches) setView('why');
  if (focus) $('why').focus();
}

// go selects what has that id, also if it has ended; '-' is nothing.
function go(id, bar) {
  const n = model.nodes.get(id) ?? model.end(id) ?? bar?.it;
  if (id === '-' || !n) return select(null);
  if (model.nodes.has(id) && !tree.index.has(id)) { // it is filtered out
    keep.query = $('search').value = '';
    keep.only = '';
    changed();
  }
  select(n, true);
}

function trouble(by) {
  const ids = model.trouble.map(n => n.id);
  if (!ids.length) return;
  const i = ids.indexOf(keep.selected?.id);
  go(ids[i < 0 ? (by > 0 ? 0 : ids.length - 1) : (i + by + ids.length) % ids.length]);
}

// Views, where there is room for one only.

const narrow = matchMedia('(max-width: 820px)');

function setView(name) {
  keep.view = name;
  keep.changed();
  document.body.dataset.view = name;
  for (const b of $('tabs').children) {
    if (b.dataset.view === name) b.setAttribute('aria-current', 'page');
    else b.removeAttribute('aria-current');
  }
  tree.refresh();
  timeline.layout();
}

// Light and dark.

function drawTheme() {
  const to = theme();
  $('theme').textContent = { system: '◐', light: '☀', dark: '☾' }[to];
  $('theme').setAttribute('aria-label', `Theme: ${to}`);
  timeline.ink = null;
  timeline.draw();
}

function nextTheme() {
  setTheme(themes[(themes.indexOf(theme()) + 1) % themes.length]);
  drawTheme();
}

// Keys.

const keys = {
  '/': () => $('search').focus(),
  '?': () => $('keys').showModal(),
  'n': () => trouble(1),
  'N': () => trouble(-1),
  'w': () => { const id = model.nodes.get(keep.selected?.id)?.waits?.id; if (id) go(id); },
  'b': () => { const id = back.pop(); if (id) { go(id); back.pop(); } },
  'f': () => setAlike(!keep.alike),
  'c': () => tree.foldAll(true),
  'e': () => tree.foldAll(false),
  'r': () => panel.ask(),
  't': nextTheme,
  'p': () => hold(!timeline.held),
  '+': () => timeline.zoom(-1),
  '=': () => timeline.zoom(-1),
  '-': () => timeline.zoom(1),
  '1': () => { setView('tree'); $('tree').focus(); },
  '2': () => { setView('why'); $('why').focus(); },
  '3': () => { setView('time'); timeline.canvas.focus(); },
};

addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || $('keys').open) return;
  const at = document.activeElement;
  if (e.key === 'Escape') return leave(at);
  if (at === $('search')) {
    if (e.key !== 'ArrowDown' && e.key !== 'Enter') return;
    $('tree').focus();
    if (!tree.index.has(keep.selected?.id)) tree.key({ key: 'Home' });
    e.preventDefault();
    return;
  }
  const done = at === $('tree') && tree.key(e) || at === timeline.canvas && timeline.key(e);
  if (done) return e.preventDefault();
  if (at === document.body && e.key.startsWith('Arrow')) {
    $('tree').focus();
    if (tree.key(e)) e.preventDefault();
    return;
  }
  const does = keys[e.key];
  if (!does) return;
  e.preventDefault();
  does();
});

// leave goes one step out: of the search, of the panel, of the selection.
function leave(at) {
  timeline.point(null);
  if (at === $('search')) {
    if (keep.query) search('');
    else $('tree').focus();
  } else if (at && at !== $('tree') && at !== document.body) {
    if (narrow.matches) setView('tree');
    $('tree').focus();
  } else if (keep.query || keep.only) {
    search('');
    setOnly('');
  } else if (keep.selected) {
    select(null);
  }
}

function search(text) {
  keep.query = $('search').value = text;
  keep.changed();
  tree.box.scrollTop = 0;
  changed();
}

$('search').addEventListener('input', e => search(e.target.value));
$('alike').addEventListener('click', () => setAlike(!keep.alike));
$('collapse').addEventListener('click', () => tree.foldAll(!keep.folded.size));
$('pause').addEventListener('click', () => hold(!timeline.held));
$('theme').addEventListener('click', nextTheme);
$('help').addEventListener('click', () => $('keys').showModal());
for (const b of $('tabs').children) b.addEventListener('click', () => setView(b.dataset.view));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawTheme);

$('search').value = keep.query;
$('alike').setAttribute('aria-pressed', keep.alike);
drawSpans();
setView(keep.view);
drawTheme();
follow();
