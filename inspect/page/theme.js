// Chooses light or dark before anything is drawn. A classic script: modules run
// too late for that.
'use strict';

const themes = ['system', 'light', 'dark'];

function theme() {
  try {
    const kept = localStorage.getItem('braid-theme');
    return themes.includes(kept) ? kept : 'system';
  } catch {
    return 'system'; // no storage here
  }
}

function setTheme(to) {
  document.documentElement.dataset.theme = to;
  try { localStorage.setItem('braid-theme', to); } catch { /* then not */ }
}

document.documentElement.dataset.theme = theme();
