"""How the page of a run looks."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5c6370; --page: #fcfcfb;
  --card: #ffffff; --line: #e3e4e6; --accent: #0b6aa2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e9eb; --soft: #a3a9b3; --page: #17181b; --card: #202226; --line: #34373d;
    --accent: #63b3e4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.75rem 0 .75rem; font-size: 1.25rem; }
header p, figcaption, dd p { color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem;
  margin: 1.75rem 0 0; }
dl div { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1rem 1.1rem; }
dt { font-size: .9rem; color: var(--soft); }
dt::first-letter { text-transform: uppercase; }
dd { margin: 0; }
dd strong { font-size: 1.55rem; font-weight: 650; color: var(--accent);
  font-variant-numeric: tabular-nums; }
dd p { margin: .25rem 0 0; font-size: .85rem; line-height: 1.45; }
figure { margin: 0; }
figure img { display: block; max-width: 100%; height: auto; margin: 0 auto; background: #ffffff;
  border: 1px solid var(--line); border-radius: .6rem; padding: .75rem; }
figcaption { margin-top: .6rem; font-size: .95rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 500; color: var(--soft); width: 40%; }
td { font-family: ui-monospace, Consolas, monospace; }
@media print { main { max-width: none; padding: 0; } figure { break-inside: avoid; } }
"""
