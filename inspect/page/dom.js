// Makes elements. Text only ever becomes text: there is no way here to markup.

const svg = 'http://www.w3.org/2000/svg';

export const $ = id => document.getElementById(id);

// h makes an element: h('p', {class: 'x', onclick: f}, 'text', child).
export function h(tag, props, ...kids) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(props ?? {})) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else e.setAttribute(k, v === true ? '' : v);
  }
  e.append(...kids.flat().filter(k => k !== undefined && k !== null && k !== false && k !== ''));
  return e;
}

// icon draws one of the symbols of index.html.
export function icon(name) {
  const s = document.createElementNS(svg, 'svg');
  s.setAttribute('class', 'icon');
  s.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', '#i-' + name);
  s.append(use);
  return s;
}

// meter draws how much of something is done or taken.
export function meter(value, of, kind, label) {
  const bar = h('i');
  bar.style.width = (of > 0 ? Math.min(100, 100 * value / of) : 0) + '%';
  return h('span', { class: 'meter ' + kind, role: 'img', 'aria-label': label, title: label }, bar);
}
