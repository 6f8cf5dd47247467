import { createHash } from "node:crypto";

/** The colours: text on what it stands on has a contrast of at least 4.5 to 1 in both schemes. */
const colours = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--text:#1b1f24;--muted:#57606a;--line:#d0d7de;--link:#0b5cad;
--strong:#fff;--calm:#1a6b3c;--unknown:#57606a;--warning:#7d4e00;--incident:#b3152c;
--warning-card:#fff6e0;--incident-card:#ffecec;--code:#eef1f4}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22;--text:#e6edf3;--muted:#9aa4ae;--line:#30363d;--link:#79b8ff;
--strong:#fff;--calm:#1c6b3f;--unknown:#4b535d;--warning:#7d5200;--incident:#a5182c;
--warning-card:#2b2310;--incident-card:#33161b;--code:#22272e}}`;

const shapes = `
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,nav,main,footer{padding:0 max(1rem,calc(50% - 40rem))}
a{color:var(--link)}
h1,h2,p,ul,dl,dd{margin:0}
small{font-weight:400}
small,.note,footer,dt{color:var(--muted);font-size:.85rem}
header{color:var(--strong);padding-top:.75rem;padding-bottom:1rem}
header.calm{background:var(--calm)}header.unknown{background:var(--unknown)}
header.warning{background:var(--warning)}header.incident{background:var(--incident)}
header h1{font-size:1.5rem;line-height:1.3}header.incident h1{font-size:2.2rem}
header .level{display:inline-block;border:2px solid;border-radius:.3rem;padding:0 .5rem;margin-right:.4rem;text-transform:uppercase}
header ul{padding-left:1.2rem;margin-top:.4rem}
.brand{margin-bottom:.5rem}.brand span{float:right}
nav{background:var(--card);border-bottom:1px solid var(--line)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;padding:.5rem 0}
.notice{margin:0;padding:.75rem max(1rem,calc(50% - 40rem));background:var(--incident-card);font-weight:600}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0}
.figures div,section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
.figures dd{font-size:1.15rem}
section{margin:1rem 0}section:empty{display:none}
h2{font-size:1.1rem;margin-bottom:.5rem}
section ul{padding-left:1.2rem;margin-bottom:.75rem}
table{border-collapse:collapse;width:100%}
caption{position:absolute;clip-path:inset(50%);white-space:nowrap}
th>small,td small{display:block}td .facts small{display:inline}
dd small{display:block}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-top:1px solid var(--line);font-weight:400}
thead th{color:var(--muted);font-size:.85rem;border-top:0;white-space:nowrap}
tbody th{min-width:8rem}
.leaked td:first-of-type,.suspect td:first-of-type{min-width:16rem}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.leaked,tr.incident{background:var(--incident-card)}
tr.suspect,tr.warning{background:var(--warning-card)}
tr>:first-child{padding-left:.5rem}
td>div>.badge+small{display:inline}
.badge{display:inline-block;border-radius:.3rem;padding:0 .4rem;color:var(--strong);background:var(--unknown);font-size:.85rem;font-weight:600}
.badge.leaked,.badge.incident{background:var(--incident)}.badge.suspect{background:var(--warning)}.badge.calm{background:var(--calm)}
.harm{white-space:nowrap}.blocking{font-weight:700}
.facts{display:flex;flex-wrap:wrap;gap:0 1rem}
code{display:block;background:var(--code);border-radius:.3rem;padding:.1rem .4rem;margin-top:.25rem;font-size:.85rem}
meter{width:6rem;vertical-align:middle}
summary{cursor:pointer}
.folded{columns:18rem}
.note{margin-top:.5rem}footer{padding-bottom:2rem}`;

/** Each row is a block of its own, each cell a line under its title. */
const narrow = `
@media (max-width:48rem){
.brand span{float:none;display:block}header.incident h1{font-size:1.7rem}
table,tbody,tr,th,td{display:block}
thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
tr{padding:.5rem;margin-bottom:.5rem;border:1px solid var(--line);border-radius:.3rem}
th,td,tr>:first-child{border:0;padding:.1rem 0}tbody th{font-weight:600}td:has(>div:empty){display:none}
td{display:grid;grid-template-columns:6rem 1fr;gap:.5rem}
td::before{content:attr(data-label);color:var(--muted);font-size:.85rem}
.number{text-align:left}}`;

/** The one style of the page: a constant, so that a policy can name it. */
export const landingStyle = `${colours}${shapes}${narrow}\n`;

/** The style as a source of a Content-Security-Policy: `'sha256-…'`, with its quotes. */
export const landingStyleHash = `'sha256-${createHash("sha256").update(landingStyle).digest("base64")}'`;
