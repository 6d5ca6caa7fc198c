"use strict";
(() => {
  const table = document.getElementById("function-table");
  const tools = document.getElementById("function-tools");

  const copy = async (button) => {
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent + "\n");
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  };
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }

  const openTarget = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", openTarget);
  openTarget();

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll(".case details:not([open])")) {
      details.open = true;
      details.dataset.printed = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const details of document.querySelectorAll("details[data-printed]")) {
      details.open = false;
      delete details.dataset.printed;
    }
  });

  if (!table) return;
  const rows = [...table.tBodies[0].rows];
  const text = tools.querySelector("input");
  const state = tools.querySelector("select");
  const shown = tools.querySelector("output");
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let visible = 0;
    for (const row of rows) {
      const content = row.textContent.toLowerCase();
      row.hidden = !(words.every((word) => content.includes(word))
        && (!state.value || row.dataset.state === state.value));
      visible += row.hidden ? 0 : 1;
    }
    shown.textContent = visible === rows.length ? "" : `${visible} of ${rows.length}`;
  };
  if (rows.length > 1) {
    tools.hidden = false;
    text.addEventListener("input", filter);
    state.addEventListener("change", filter);
    filter();
  }

  const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const sort = (head, column) => {
    const down = head.ariaSort === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const order = new Intl.Collator("en", { numeric: true });
    rows.sort((a, b) => order.compare(key(a, column), key(b, column)) * (down ? -1 : 1));
    table.tBodies[0].append(...rows);
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head, column));
    head.replaceChildren(button);
  });
})();
