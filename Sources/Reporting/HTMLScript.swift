/// The script of a page: tables that sort by any column and filter by words.
///
/// It only adds: without it a page says the same. It makes its own buttons and fields, so that none
/// stands there dead. The page's content policy names its hash and so admits nothing else.
enum HTMLScript {
  /// The SHA-256 of ``text``, as content policies write it; a test says what it should be.
  static let hash = "sha256-6aOzv7jQ1Vmq1/LDQOQwDKe6BCWLVSHABS053yM6HbE="

  /// The rows from which on a table has a field to filter by.
  static let filteredRows = 16

  static let text = """
    (() => {
      "use strict";
      const collator = new Intl.Collator("en", { numeric: true });
      const count = (n) => n.toLocaleString("en").replaceAll(",", "\\u202f");

      // Numbers come before words, by their exact value.
      const value = (cell) => "v" in cell.dataset ? Number(cell.dataset.v) : cell.textContent;
      const isAbsent = (value) => value === "\\u2013" || value === "";
      const compare = (a, b) => {
        if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
        return typeof a === "number" ? a - b : collator.compare(a, b);
      };

      // Equal rows keep the report's order; absent values come last, whichever the direction.
      const order = (rows, column, sign) => {
        const entries = rows.map((row) => ({ row, value: value(row.cells[column]) }));
        const present = entries.filter((entry) => !isAbsent(entry.value));
        const absent = entries.filter((entry) => isAbsent(entry.value));
        present.sort((a, b) => sign * compare(a.value, b.value));
        return present.concat(absent).map((entry) => entry.row);
      };

      const addSorting = (table, rows) => {
        const heads = [...table.tHead.rows[0].cells];
        heads.forEach((head, column) => {
          const button = document.createElement("button");
          button.type = "button";
          button.append(...head.childNodes);
          head.append(button);
          // Of numbers, the largest come first; the third press brings back the report's order.
          const cycle = ["ascending", "descending"];
          if (head.classList.contains("n")) cycle.reverse();
          button.addEventListener("click", () => {
            const next = cycle[cycle.indexOf(head.getAttribute("aria-sort")) + 1];
            for (const other of heads) other.removeAttribute("aria-sort");
            if (next) head.setAttribute("aria-sort", next);
            const sign = next === "descending" ? -1 : 1;
            const fragment = document.createDocumentFragment();
            for (const row of next ? order(rows, column, sign) : rows) fragment.append(row);
            table.tBodies[0].append(fragment);
            table.parentElement.scrollTop = 0;
          });
        });
      };

      const addFilter = (table, rows) => {
        const box = table.parentElement;
        const bar = document.createElement("div");
        bar.className = "filter";
        const field = document.createElement("input");
        field.type = "search";
        field.placeholder = "Filter";
        field.setAttribute("aria-label", "Filter " + table.caption.textContent);
        const found = document.createElement("output");
        found.value = count(rows.length) + " rows";
        bar.append(field, found);
        box.before(bar);

        let texts;
        const apply = () => {
          texts ??= rows.map((row) =>
            Array.from(row.cells, (cell) => cell.textContent).join("\\n").toLowerCase());
          const wanted = field.value.trim().toLowerCase();
          // The columns stay where they are while rows come and go.
          table.style.minWidth = table.offsetWidth + "px";
          let shown = 0;
          rows.forEach((row, index) => {
            const isShown = texts[index].includes(wanted);
            if (row.hidden === isShown) row.hidden = !isShown;
            if (isShown) shown += 1;
          });
          if (!wanted) table.style.minWidth = "";
          box.scrollTop = 0;
          found.value = wanted
            ? count(shown) + " of " + count(rows.length) + " rows" : count(rows.length) + " rows";
        };
        let timer;
        field.addEventListener("input", () => {
          clearTimeout(timer);
          timer = setTimeout(apply, 100);
        });
      };

      for (const table of document.querySelectorAll(".scroll > table")) {
        const rows = [...table.tBodies[0].rows];
        if (rows.length >= 2) addSorting(table, rows);
        if (rows.length >= \(filteredRows)) addFilter(table, rows);
      }
    })();
    """
}
