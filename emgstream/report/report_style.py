"""The style sheet of report pages."""

__all__ = ["STYLE"]

STYLE = """
:root { color-scheme: light; --ink: #1a202c; --soft: #4a5568; --line: #e2e8f0; --accent: #c05621; }
* { box-sizing: border-box; }
body { margin: 0; background: #f7fafc; color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }
h1 { margin: 0; font-size: 2rem; letter-spacing: -0.02em; }
h2 { margin: 0 0 1rem; font-size: 1.15rem; }
h3 { margin: 1.5rem 0 0.25rem; font-size: 1rem; }
p { margin: 0 0 0.75rem; max-width: 46rem; }
.lead { margin: 0.25rem 0 2rem; color: var(--soft); }
.note { padding: 0.75rem 1rem; border-left: 3px solid var(--accent); background: #fffaf0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; }
.tile, section { background: #fff; border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: 1.25rem 1.5rem; }
.tile p { margin: 0.25rem 0 0; color: var(--soft); font-size: 0.85rem; line-height: 1.45; }
.figure { font-size: 2.25rem; font-weight: 650; letter-spacing: -0.03em;
  font-variant-numeric: tabular-nums; }
.name { font-weight: 600; }
.honest { border-color: var(--accent); }
.honest .figure { color: var(--accent); }
section { margin-top: 1.5rem; padding: 1.5rem; }
.honesty { border-left: 4px solid var(--accent); }
.note.wrong { border-color: #c53030; background: #fff5f5; }
.scroll { overflow-x: auto; }
.chart { display: block; width: 100%; height: auto; margin: 0.5rem 0 1rem; }
img { display: block; height: auto; }
.wide { width: 100%; }
.pair { display: flex; flex-wrap: wrap; gap: 1rem; }
.half { width: 26rem; max-width: 100%; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.35rem 1rem 0.35rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
.facts th { color: var(--soft); font-weight: 500; white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
@media print { body { background: #fff; } section, .tile { break-inside: avoid; } }
"""
