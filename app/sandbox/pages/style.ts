/** The style sheet of the sandbox's pages: light and dark, from 320 px up. */
export const STYLE = `
:root { --ground: #faf9f7; --surface: #ffffff; --ink: #1d1b18; --soft: #5f5a52; --line: #d9d5ce; --accent: #4338ca;
  --on-accent: #ffffff; --critical: #b42318; --critical-ground: #fdf0ee; --good: #1a6b3c; --good-ground: #edf7f0;
  --note-ground: #fbf3dd; --note: #6d4c00; }
@media (prefers-color-scheme: dark) { :root { --ground: #161513; --surface: #1f1e1b; --ink: #f1efea; --soft: #b3ada3;
  --line: #3a3833; --accent: #a5b4fc; --on-accent: #17163b; --critical: #ffb4a8; --critical-ground: #3a1c18;
  --good: #8fdcae; --good-ground: #16301f; --note-ground: #33290f; --note: #f3d58a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", sans-serif; font-size: 14px; }
main, .sandbox { max-width: 960px; margin: 0 auto; padding: 0 16px; }
main { padding-bottom: 48px; }
main.narrow, .narrow .sandbox { max-width: 460px; }
.sandbox { padding-top: 12px; padding-bottom: 12px; }
.sandbox p { margin: 0; padding: 8px 12px; border-radius: 6px; background: var(--note-ground); color: var(--note); }
h1 { font-size: 20px; line-height: 1.3; margin: 16px 0 8px; }
h2 { font-size: 16px; margin: 0 0 8px; }
h3 { font-size: 14px; margin: 0; }
p { margin: 8px 0; }
a { color: var(--accent); }
code, .id { font-family: ui-monospace, "SF Mono", Menlo, monospace; font-size: 12px; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.price { font-size: 28px; font-weight: 600; margin: 0; font-variant-numeric: tabular-nums; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 16px 0; }
.panel > :first-child { margin-top: 0; }
.panel > .alert { margin-bottom: 16px; }
.panel > :last-child { margin-bottom: 0; }
.alert, .done { border-radius: 6px; padding: 10px 12px; border: 1px solid currentColor; }
.alert { background: var(--critical-ground); color: var(--critical); }
.done { background: var(--good-ground); color: var(--good); }
label { display: block; font-weight: 500; }
input, select, button { font: inherit; color: inherit; min-height: 40px; border-radius: 6px; }
input, select { width: 100%; padding: 8px 10px; margin-top: 4px; background: var(--surface); border: 1px solid var(--soft); }
input[readonly] { background: var(--ground); color: var(--soft); }
input[aria-invalid] { border-color: var(--critical); }
.problem { color: var(--critical); font-weight: 400; margin: 4px 0 0; }
.fields { display: grid; gap: 12px; margin: 0 0 16px; }
.fields > label { max-width: 420px; }
.pair { display: grid; gap: 12px; grid-template-columns: 1fr 1fr; }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: flex-end; margin: 8px 0; }
.row label { flex: 1 1 160px; max-width: 320px; }
button { padding: 6px 12px; background: var(--surface); border: 1px solid var(--line); cursor: pointer; }
button:hover { border-color: var(--ink); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button.wide { width: 100%; min-height: 44px; }
button.harm { color: var(--critical); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
details { padding: 8px 0; }
details + details { border-top: 1px solid var(--line); }
li.row { align-items: center; justify-content: space-between; }
summary { cursor: pointer; padding: 4px 0; }
ul.plain { list-style: none; margin: 0; padding: 0; }
.subscription { border-left: 3px solid var(--line); padding-left: 12px; margin: 12px 0; }
`;
