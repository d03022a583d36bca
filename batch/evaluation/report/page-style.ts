/** The style sheet of the page: light and dark, from the width of a phone on. Text has a contrast of at least 4.5. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --paper: #faf9f7; --card: #ffffff; --ink: #22201c; --faint: #5f5a52; --line: #dedad2;
  --image: #1d5fa6; --text: #a8480a; --right: #1c6b3a; --right-paper: #e6f3e9; --wrong: #8d2f2a; }
@media (prefers-color-scheme: dark) { :root { --paper: #131215; --card: #1d1c21; --ink: #efece6; --faint: #aea89e; --line: #38363e;
  --image: #7db6f0; --text: #f0a468; --right: #7ed09b; --right-paper: #16301f; --wrong: #f0a09a; } }
* { box-sizing: border-box; } html { scroll-padding-top: 6rem; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.25rem clamp(0.75rem, 3vw, 2rem) 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.5rem 0; } h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; } p { margin: 0.25rem 0; }
a { color: var(--image); } :focus-visible { outline: 3px solid var(--image); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; } .skip:focus { left: 1rem; top: 0.5rem; background: var(--card); padding: 0.5rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; margin: 1rem 0; }
.facts dt { color: var(--faint); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.notes { border-left: 4px solid var(--text); padding: 0.25rem 0.75rem; margin: 1rem 0; background: var(--card); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); font-variant-numeric: tabular-nums; }
th, td { padding: 0.45rem 0.75rem; border: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; } thead th { color: var(--faint); font-weight: 600; }
pre { background: var(--card); border: 1px solid var(--line); padding: 0.75rem; overflow-x: auto; font-size: 0.85rem; }
summary { cursor: pointer; padding: 0.4rem 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
.charts figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 0.75rem; }
.charts figcaption { font-weight: 600; margin-bottom: 0.25rem; }
.legend { color: var(--faint); font-size: 0.85rem; margin: 0.5rem 0; }
.legend span::before { content: ""; display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin: 0 0.4em 0 0.9em; background: currentColor; }
.legend .image-to-text { color: var(--image); } .legend .text-to-image { color: var(--text); }
.chart { width: 100%; height: auto; display: block; } .chart path { fill: none; }
.chart text { font-size: 12px; fill: var(--ink); } .chart .tick, .chart .axis-title { fill: var(--faint); }
.chart .grid { stroke: var(--line); } .chart .axis { stroke: var(--faint); }
.chart .curve { stroke-width: 2; } .chart path.image-to-text { stroke: var(--image); } .chart path.text-to-image { stroke: var(--text); }
.chart circle.image-to-text, .chart rect.image-to-text { fill: var(--image); } .chart circle.text-to-image, .chart rect.text-to-image { fill: var(--text); }
form { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; background: var(--paper);
  padding: 0.6rem 0; border-bottom: 1px solid var(--line); margin-top: 2.5rem; }
form label { display: grid; font-size: 0.8rem; color: var(--faint); } form .search { flex: 1 1 14rem; }
input, select { font: inherit; font-size: 1rem; color: var(--ink); background: var(--card); border: 1px solid var(--faint); border-radius: 6px; padding: 0.4rem 0.5rem; min-height: 2.5rem; width: 100%; }
output { font-size: 0.9rem; color: var(--faint); padding-bottom: 0.6rem; min-width: 6rem; }
.cards { list-style: none; padding: 0; margin: 0; display: grid; gap: 0.9rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.8rem; }
.card header { display: grid; grid-template-columns: max-content 1fr; gap: 0 0.75rem; align-items: baseline; margin-bottom: 0.6rem; }
.rank { font-weight: 700; color: var(--wrong); font-variant-numeric: tabular-nums; } .rank.near { color: var(--right); }
.detail { grid-column: 2; color: var(--faint); font-size: 0.8rem; margin: 0; overflow-wrap: anywhere; }
section > .detail { margin-bottom: 0.75rem; }
.answers { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.5rem; }
.card figure { margin: 0; border-radius: 6px; overflow: hidden; border: 2px solid var(--line); display: grid; grid-template-rows: 1fr auto; }
.card figure.right { border-color: var(--right); background: var(--right-paper); }
.card img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; background: var(--line); }
.absent { display: grid; place-items: center; aspect-ratio: 1; padding: 0.25rem; font-size: 0.75rem; color: var(--faint); overflow-wrap: anywhere; overflow: hidden; text-align: center; }
.card figcaption { font-size: 0.78rem; padding: 0.15rem 0.4rem; font-variant-numeric: tabular-nums; } .right > figcaption { color: var(--right); }
.answers figure:first-child { margin-right: 0.5rem; }
.described { display: grid; grid-template-columns: minmax(7rem, 10rem) 1fr; gap: 0.9rem; align-items: start; }
.captions { margin: 0.4rem 0 0; padding-left: 1.6rem; } .captions li { padding: 0.1rem 0; overflow-wrap: anywhere; } .captions .right { color: var(--right); }
.own { color: var(--right); overflow-wrap: anywhere; } .score { font-size: 0.78rem; color: var(--faint); margin-left: 0.5rem; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) { .answers { grid-template-columns: repeat(3, minmax(0, 1fr)); } .answers figure:first-child { margin-right: 0; }
  .described { grid-template-columns: 1fr; } .described figure { max-width: 60%; } form { position: static; } th, td { padding: 0.35rem 0.45rem; font-size: 0.85rem; } }
@media print { form { display: none; } .card { break-inside: avoid; } }
`;
