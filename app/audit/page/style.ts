import { dark, light, type Role } from "~/ui/theme/tokens";

const variables = (tokens: Record<Role, string>) =>
  Object.entries(tokens)
    .map(([role, value]) => `--${role}: ${value};`)
    .join(" ");

/** The style of the page: by the reader's light or dark, from 320 px up, and on paper. Nothing is loaded from anywhere. */
export const STYLE = `
:root { color-scheme: light dark; ${variables(light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(dark)} } }
@media print { :root { color-scheme: light; ${variables(light)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; background: var(--surface); }
body { margin: 0; color: var(--ink); font: 14px/20px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 20px; line-height: 28px; margin: 0 0 4px; text-wrap: balance; }
h2 { font-size: 16px; line-height: 24px; margin: 40px 0 8px; display: flex; gap: 8px; align-items: baseline; flex-wrap: wrap; }
h2 .count, .quiet { color: var(--quiet); font-weight: 400; }
p { margin: 0 0 8px; max-width: 72ch; }
p.meta, footer { max-width: none; }
.lead { font-size: 16px; line-height: 24px; margin: 12px 0 0; }
.meta { color: var(--quiet); font-size: 12px; line-height: 16px; margin: 0; }
dl.figures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0; margin: 24px 0 0; border-top: 1px solid var(--line); border-left: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
dl.figures > div { display: grid; grid-row: span 3; grid-template-rows: subgrid; align-content: start; padding: 12px 16px 14px; border-right: 1px solid var(--line); border-bottom: 1px solid var(--line); background: var(--raised); }
dl.figures dt { color: var(--quiet); font-size: 12px; line-height: 16px; padding-bottom: 4px; }
dl.figures dd { margin: 0; }
dd.number { font-size: 28px; line-height: 36px; font-weight: 600; letter-spacing: -0.01em; }
dd.money { color: var(--quiet); font-size: 12px; line-height: 16px; min-height: 16px; }
.zero dd.number { color: var(--faint); font-weight: 400; }
.critical { color: var(--critical); } .high { color: var(--high); } .medium { color: var(--medium); }
.low { color: var(--low); } .right { color: var(--correct); } .review { color: var(--review); }
.tone { white-space: nowrap; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); }
table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 18px; }
th { text-align: left; font-weight: 500; color: var(--quiet); font-size: 12px; padding: 8px 12px; background: var(--sunken); white-space: nowrap; border-bottom: 1px solid var(--line); }
td { padding: 10px 12px; vertical-align: top; border-top: 1px solid var(--line); }
tbody tr:first-child td { border-top: 0; }
td.amount, th.amount { text-align: right; white-space: nowrap; }
td.who { min-width: 210px; overflow-wrap: anywhere; }
td.why { min-width: 280px; }
code { font: 12px/16px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; color: var(--quiet); }
ul { margin: 4px 0 0; padding: 0; list-style: none; }
ul.plain { padding-left: 16px; list-style: disc; max-width: 90ch; }
ul.plain li { margin: 0 0 6px; }
td ul li { color: var(--quiet); font-size: 12px; line-height: 17px; }
.empty { color: var(--quiet); }
footer { margin-top: 48px; border-top: 1px solid var(--line); padding-top: 12px; color: var(--quiet); font-size: 12px; line-height: 16px; }
@media (max-width: 760px) {
  main { padding: 20px 16px 40px; }
  dl.figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  dl.figures > div { padding: 10px 12px; }
  .scroll { border: 0; background: none; overflow: visible; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table, tbody, tr, td { display: block; width: auto; min-width: 0; }
  tr { border: 1px solid var(--line); border-radius: 6px; background: var(--raised); padding: 10px 12px; margin: 0 0 8px; }
  td, td.who, td.why { padding: 0; border: 0; min-width: 0; }
  td.why { margin-top: 6px; }
  td.amount { text-align: left; margin-top: 6px; }
  td.amount:not(:empty)::after { content: " a month"; color: var(--quiet); }
  td:empty { display: none; }
}
@media print {
  main { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  tr, dl.figures > div { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
}
`;
