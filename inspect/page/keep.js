// What survives a reload: what is selected, folded, searched for and shown. It is
// kept for this tab. Nodes are known by their ids, and after a restart of the
// program, which has other ids, by their paths.

const key = 'braid:' + location.pathname;

export class Keep {
  constructor() {
    let kept = {};
    try { kept = JSON.parse(sessionStorage.getItem(key)) ?? {}; } catch { /* nothing is kept */ }
    this.started = kept.started ?? '';
    this.selected = kept.selected ?? null;   // {id, path}
    this.folded = new Map(kept.folded ?? []); // id → path
    this.query = kept.query ?? '';
    this.only = kept.only ?? '';
    this.alike = kept.alike ?? true;
    this.view = kept.view ?? 'tree';
    this.span = kept.span ?? 30;
    addEventListener('pagehide', () => this.save());
  }

  save() {
    clearTimeout(this.timer);
    this.timer = 0;
    const { started, selected, query, only, alike, view, span } = this;
    const folded = [...this.folded].slice(-2000);
    try {
      sessionStorage.setItem(key, JSON.stringify({ started, selected, folded, query, only, alike, view, span }));
    } catch { /* no room, or no storage */ }
  }

  // changed saves soon.
  changed() {
    this.timer ||= setTimeout(() => this.save(), 200);
  }

  // restarted finds by their paths what it knew of the program before.
  restarted(model) {
    if (this.started === model.started) return;
    if (this.started !== '') {
      const byPath = new Map();
      for (const n of model.nodes.values()) {
        if (!byPath.has(n.path)) byPath.set(n.path, []);
        byPath.get(n.path).push(n.id);
      }
      const paths = new Set(this.folded.values());
      this.folded = new Map();
      for (const path of paths) for (const id of byPath.get(path) ?? []) this.folded.set(id, path);
      if (this.selected) {
        const id = byPath.get(this.selected.path)?.[0];
        if (id) this.selected = { id, path: this.selected.path };
      }
    }
    // What is selected may come yet, so the start is only noted once it is there.
    if (!this.selected || model.nodes.has(this.selected.id) || this.started === '') this.started = model.started;
    this.changed();
  }
}
