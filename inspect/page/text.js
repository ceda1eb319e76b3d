// How things are written: times, numbers, and names that may be hostile.

const invisible = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

// shown makes what cannot be seen visible, such as the characters that turn the
// direction of the text around.
export function shown(s) {
  return String(s ?? '').replace(invisible, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

// span writes a duration of so many milliseconds.
export function span(ms) {
  if (!(ms > 0)) ms = 0;
  if (ms < 1000) return Math.round(ms) + ' ms';
  const s = ms / 1000;
  if (s < 59.95) return s.toFixed(1) + ' s';
  const m = Math.floor(Math.round(s) / 60);
  if (m < 60) return m + ' m ' + pad(Math.round(s) % 60) + ' s';
  const h = Math.floor(m / 60);
  if (h < 48) return h + ' h ' + pad(m % 60) + ' m';
  return Math.floor(h / 24) + ' d ' + pad(h % 24) + ' h';
}

// millis reads a duration as Go writes it: 1h2m3.4s.
export function millis(text) {
  const unit = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce((sum, [, n, u]) => sum + n * unit[u], 0);
}

const pad = n => String(n).padStart(2, '0');

// num writes a number with commas.
export const num = n => Number(n).toLocaleString('en-US');

export const plural = (n, what) => num(n) + ' ' + what + (n === 1 ? '' : 's');

// file gives the last element of a place in the source.
export const file = site => site.slice(site.lastIndexOf('/') + 1);

// brief makes a function's or a path's name short: its last two elements.
export const brief = path => path.split('/').slice(-2).join('/');
