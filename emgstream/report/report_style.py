"""The style sheet of report pages."""

__all__ = ["STYLE"]

STYLE = """
:root { color-scheme: light dark; --ink: #1a202c; --soft: #4a5568; --line: #e2e8f0;
  --accent: #c05621; --page: #f7fafc; --card: #fff; --note: #fffaf0; --wrong: #c53030;
  --wrong-note: #fff5f5; --cell: #2071b0; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8edf4; --soft: #aab4c3; --line: #333d4d; --accent: #f6ad55; --page: #0f1319;
    --card: #181e27; --note: #2a2118; --wrong: #fc8181; --wrong-note: #2d1a1c; --cell: #2b6cb0; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }
h1 { margin: 0; font-size: 2rem; letter-spacing: -0.02em; }
h2 { margin: 0 0 1rem; font-size: 1.15rem; }
h3 { margin: 1.5rem 0 0.25rem; font-size: 1rem; }
p { margin: 0 0 0.75rem; max-width: 46rem; }
.lead { margin: 0.25rem 0 2rem; color: var(--soft); }
.note { padding: 0.75rem 1rem; border-left: 3px solid var(--accent); background: var(--note); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; }
.tile, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: 1.25rem 1.5rem; }
.tile p { margin: 0.25rem 0 0; color: var(--soft); font-size: 0.85rem; line-height: 1.45; }
.figure { font-size: 2.25rem; font-weight: 650; letter-spacing: -0.03em;
  font-variant-numeric: tabular-nums; }
.name { font-weight: 600; }
.honest { border-color: var(--accent); }
.honest .figure { color: var(--accent); }
section { margin-top: 1.5rem; padding: 1.5rem; }
.honesty { border-left: 4px solid var(--accent); }
.note.wrong { border-color: var(--wrong); background: var(--wrong-note); }
.scroll { overflow-x: auto; }
.chart { display: block; width: 100%; height: auto; margin: 0.5rem 0 1rem; }
img { display: block; height: auto; max-width: 100%; padding: 0.5rem; background: #fff;
  border-radius: 6px; }
.wide { width: 100%; }
.pair { display: flex; flex-wrap: wrap; gap: 1rem; }
.half { width: 26rem; max-width: 100%; }
table { border-collapse: collapse; font-size: 0.9rem; margin-bottom: 1rem; }
th, td { padding: 0.35rem 1rem 0.35rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
.facts th { color: var(--soft); font-weight: 500; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@media print { body { background: #fff; } section, .tile { break-inside: avoid; } }
"""
