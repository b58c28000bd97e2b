// Runs before the first paint, so that a chosen theme does not flash. What it reads, src/lib/theme.svelte.ts writes.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('answerpal.theme');
  } catch {
    // Storage may be switched off; then the system's theme it is.
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
