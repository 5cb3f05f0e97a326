/// The style sheet of a page: system fonts, thin rules, no colour but for tones.
///
/// A table scrolls inside its own container, both ways: the page itself never scrolls sideways, and
/// the heading of a long table stays in sight. Its first column stays in sight too. Of a long table
/// only the rows in sight are laid out.
enum HTMLStyle {
  private static let areas = HTMLPalette.categories
    .map { ".a\($0) { fill: var(--a\($0)); }" }
    .joined(separator: "\n")

  static let css = """
    :root { color-scheme: light dark; \(HTMLPalette.light.properties) }
    @media (prefers-color-scheme: dark) {
      :root { \(HTMLPalette.dark.properties) }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; padding: 2.5rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 84rem;
      background: var(--page); color: var(--text);
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
      -webkit-text-size-adjust: 100%; text-size-adjust: 100%;
    }
    header p { margin: 0 0 .25rem; color: var(--dim); }
    h1 { margin: 0; max-width: 46rem; font-size: 1.625rem; line-height: 1.25; font-weight: 600; }
    h2 { margin: 2.5rem 0 .5rem; font-size: 1.0625rem; line-height: 1.4; font-weight: 600; }
    h1, h2, p, li { overflow-wrap: anywhere; unicode-bidi: plaintext; }
    section > p, li { max-width: 42rem; }
    section > p { margin: 0 0 .75rem; }
    .none, .notes { color: var(--dim); }
    .notes h2 { color: var(--text); }
    ul { margin: 0; padding-left: 1.25rem; }
    .scroll {
      position: relative; width: fit-content; max-width: 100%; max-height: 85vh; overflow: auto;
      margin-top: .75rem; border-block: 1px solid var(--rule);
    }
    .scroll:focus-visible { outline: 2px solid var(--dim); outline-offset: 2px; }
    table {
      border-collapse: separate; border-spacing: 0;
      font-size: .875rem; font-variant-numeric: tabular-nums;
    }
    caption {
      position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
    }
    :root { --gap: .75rem; --wide: 40rem; }
    th, td {
      padding: .375rem var(--gap); text-align: left; vertical-align: baseline; font-weight: 400;
      white-space: nowrap; unicode-bidi: plaintext; border-bottom: 1px solid var(--rule);
    }
    thead th {
      position: sticky; top: 0; z-index: 1; background: var(--header);
      vertical-align: bottom; font-weight: 600; line-height: 1.3; white-space: normal;
    }
    tbody tr:last-child > * { border-bottom: 0; }
    tbody tr:hover > * { background: var(--hover); }
    tr > :first-child { position: sticky; left: 0; background: var(--page); }
    thead tr > :first-child { z-index: 2; background: var(--header); }
    .n { text-align: right; }
    .w { min-width: 24rem; max-width: 40rem; white-space: normal; overflow-wrap: anywhere; }
    .long table, .long thead, .long tbody { display: block; }
    .long table { width: max-content; }
    .long tr { display: grid; grid-template-columns: var(--columns); }
    .long tr[hidden] { display: none; }
    .long tbody tr { content-visibility: auto; contain-intrinsic-size: auto 2rem; }
    .long thead { position: sticky; top: 0; z-index: 2; }
    .long thead th { align-content: end; }
    .long .w { min-width: 0; max-width: none; }
    .unit { color: var(--dim); font-weight: 400; }
    .g { color: var(--good); }
    .b { color: var(--bad); font-weight: 600; }
    .d { color: var(--dim); }
    .s { font-weight: 600; }
    .g::before { content: "✓\\00a0"; content: "✓\\00a0" / "good: "; }
    .b::before { content: "✗\\00a0"; content: "✗\\00a0" / "bad: "; }
    thead button {
      all: unset; cursor: pointer; display: inline-block; box-sizing: border-box;
    }
    thead button:focus-visible { outline: 2px solid var(--dim); outline-offset: 2px; }
    thead button::after { content: "↕"; content: "↕" / ""; padding-left: .3em; opacity: .35; }
    [aria-sort="ascending"] button::after { content: "↑"; content: "↑" / ""; opacity: 1; }
    [aria-sort="descending"] button::after { content: "↓"; content: "↓" / ""; opacity: 1; }
    .filter { display: flex; align-items: baseline; gap: .75rem; margin-top: .75rem; }
    .filter input {
      width: 20rem; max-width: 60%; padding: .25rem .5rem; font: inherit; font-size: .875rem;
      color: var(--text); background: var(--page); border: 1px solid var(--dim);
      border-radius: .25rem;
    }
    .filter output { font-size: .875rem; color: var(--dim); font-variant-numeric: tabular-nums; }
    figure { margin: .75rem 0 0; }
    figcaption {
      margin-bottom: .375rem; font-size: .875rem; color: var(--dim); overflow-wrap: anywhere;
    }
    .key { display: inline-block; margin-left: 1rem; }
    .key svg { width: .75em; height: .75em; margin-right: .375em; }
    .map { overflow-x: auto; }
    .map:focus-visible { outline: 2px solid var(--dim); outline-offset: 2px; }
    .map > svg {
      display: block; width: 100%; min-width: 50rem; height: auto; font-size: 11px;
    }
    .map rect { stroke: var(--page); stroke-width: .75; }
    .map text { fill: var(--text); }
    .map tspan { fill: var(--dim); }
    .map g:hover > rect { stroke: var(--text); stroke-width: 1.5; }
    \(areas)
    .chart { overflow-x: auto; }
    .chart:focus-visible { outline: 2px solid var(--dim); outline-offset: 2px; }
    .chart > svg { display: block; width: 100%; min-width: 36rem; max-width: 56rem; height: auto; }
    \(SVGChart.css)
    .h { fill: var(--header); }
    .o { fill: var(--neutral); }
    .up { fill: var(--grown); }
    .down { fill: var(--shrunk); }
    @media (max-width: 40rem) {
      body { padding-top: 1.5rem; }
      h1 { font-size: 1.375rem; }
      :root { --gap: .5rem; --wide: 18rem; }
      .w { min-width: 18rem; }
      tr > :first-child {
        min-width: 6.5rem; max-width: 10rem; white-space: normal; overflow-wrap: break-word;
        border-right: 1px solid var(--rule);
      }
      tr > .w:first-child { min-width: 9rem; }
      tr > .n:first-child { min-width: 0; max-width: none; white-space: nowrap; }
      .long tr > :first-child { min-width: 0; max-width: none; }
    }
    @media print {
      body { padding: 0; max-width: none; }
      .scroll { max-height: none; overflow: visible; }
      thead th, tr > :first-child, .long thead { position: static; }
      .long tbody tr { content-visibility: visible; }
      tbody tr > :first-child { background: none; }
      tr { break-inside: avoid; }
      .filter, thead button::after { display: none; }
      .map > svg, .chart > svg { min-width: 0; }
    }
    """
}
