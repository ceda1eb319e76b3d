// Follows the program: its tree, then what changes. It connects again by itself,
// and lets go of the program while nobody looks at the page.

const waits = [300, 600, 1000, 2000, 4000]; // ms before the next try
const patience = 20_000;                     // ms that a hidden page still follows

export class Feed {
  // on has tree(snapshot), patch(patch) and state(text, live).
  constructor(on) {
    this.on = on;
    this.tries = 0;
    document.addEventListener('visibilitychange', () => this.seen());
  }

  open(query) {
    this.query = query;
    this.connect();
  }

  connect() {
    this.close();
    const source = new EventSource('events?' + new URLSearchParams(this.query));
    this.source = source;
    source.addEventListener('tree', e => {
      this.tries = 0;
      this.on.tree(JSON.parse(e.data));
      this.on.state('live', true);
    });
    source.addEventListener('patch', e => this.on.patch(JSON.parse(e.data)));
    source.addEventListener('error', () => this.lost());
  }

  lost() {
    this.close();
    const wait = waits[Math.min(this.tries++, waits.length - 1)];
    this.on.state(this.tries < 2 ? 'reconnecting' : 'no connection', false);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  seen() {
    clearTimeout(this.hiding);
    if (!document.hidden) {
      if (!this.source) this.connect();
      return;
    }
    this.hiding = setTimeout(() => {
      this.close();
      this.on.state('paused', false);
    }, patience);
  }
}
