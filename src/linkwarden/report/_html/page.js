"use strict";
// Filters, order and copy buttons. The page is complete without it: what needs this script is made or shown by it.
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (name, text, properties = {}) => Object.assign(document.createElement(name), { textContent: text, type: "button" }, properties);

  const findings = byId("findings");
  const [find, section, host, shown, clear] = ["q", "s", "h", "shown", "clear"].map(byId);
  const tiles = all("#tiles > li");
  const rank = new Map(tiles.map((tile, at) => [tile.dataset.v, at]));
  const verdicts = new Set();
  let order = "place";

  const rows = all("tr[data-s]", findings).map((element, at) => ({
    element, at,
    home: element.parentNode,
    verdict: (element.dataset.v ? element : element.closest("[data-v]")).dataset.v,
    section: element.dataset.s,
    host: Number(element.dataset.h),
    time: element.dataset.t === undefined ? Infinity : Number(element.dataset.t),
    text: null,
  }));
  const rowsBy = (selector) => {
    const found = new Map(all(selector, findings).map((element) => [element, []]));
    for (const row of rows) found.get(row.element.closest(selector))?.push(row);
    return [...found].map(([element, its]) => ({ element, rows: its }));
  };
  const lists = rowsBy(".list:not(.brief)").map((list) => ({ ...list, groups: all("tbody", list.element), flat: null }));
  const folds = rowsBy(".fold").map((fold) => ({ ...fold, opened: false }));
  const parts = rowsBy(".part").map((part) => ({ ...part, number: part.element.querySelector("h2 .n") }));
  const count = (number) => number.toLocaleString("en-US");

  // --- filters ---------------------------------------------------------------------------------------------------
  // What is said once for many rows belongs to each of them: the list's section, and why a host is unknown.
  const textOf = (row) => (row.text ??= [
    row.element.textContent,
    section.options[Number(row.section) + 1].text,
    row.verdict.startsWith("un") ? row.element.closest(".fold").querySelector("summary").textContent : "",
  ].join(" ").toLowerCase());

  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = words.length > 0 || section.value !== "" || host.value !== "" || verdicts.size > 0;
    for (const row of rows) {
      row.fits = (verdicts.size === 0 || verdicts.has(row.verdict))
        && (section.value === "" || row.section === section.value)
        && (host.value === "" || String(row.host) === host.value)
        && (words.length === 0 || words.every((word) => textOf(row).includes(word)));
      if (row.element.hidden === row.fits) row.element.hidden = !row.fits;
    }
    const fitting = rows.filter((row) => row.fits);
    for (const list of lists) for (const group of list.groups) group.hidden = list.flat !== null || !group.querySelector("tr[data-s]:not([hidden])");
    const inView = lists.some((list) => list.rows.some((row) => row.fits));
    for (const fold of folds) {
      const some = fold.rows.some((row) => row.fits);
      fold.element.hidden = !some;
      const wanted = active && some && (!inView || verdicts.has(fold.element.dataset.v));
      if (wanted && !fold.element.open) fold.element.open = fold.opened = true;
      if (!wanted && fold.opened) fold.element.open = fold.opened = false;
    }
    for (const part of parts) {
      const left = part.rows.filter((row) => row.fits).length;
      part.element.hidden = active && left === 0;
      if (part.rows.length) part.number.textContent = left === part.rows.length ? count(left) : `${count(left)} of ${count(part.rows.length)}`;
    }
    byId("tiles")?.classList.toggle("chosen", verdicts.size > 0);
    for (const tile of tiles) tile.firstElementChild.setAttribute("aria-pressed", verdicts.has(tile.dataset.v));
    shown.textContent = active ? `${count(fitting.length)} of ${count(rows.length)} ${rows.length === 1 ? "URL" : "URLs"}` : "";
    byId("none").hidden = !active || fitting.length > 0;
    clear.hidden = !active && order === "place";
  }

  // --- order -----------------------------------------------------------------------------------------------------
  const keys = {
    place: (row) => row.at,
    verdict: (row) => rank.get(row.verdict),
    host: (row) => row.host,
    time: (row) => row.time,
  };
  // What has no time comes last in both directions.
  const compare = (key, sign) => (a, b) => {
    const [one, other] = [key(a), key(b)];
    return (one === Infinity) - (other === Infinity) || (one === other ? a.at - b.at : sign * (one - other));
  };

  function sort() {
    const [name, sign] = order.startsWith("-") ? [order.slice(1), -1] : [order, 1];
    for (const list of lists) {
      if (order === "place") {
        if (list.flat) for (const row of list.rows) {
          row.home.append(row.element);
          delete row.element.cells[2].dataset.in;
        }
        list.flat?.remove();
        list.flat = null;
      } else {
        list.flat ??= list.element.appendChild(document.createElement("tbody"));
        const sorted = [...list.rows].sort(compare(keys[name], sign));
        for (const row of sorted) row.element.cells[2].dataset.in = section.options[Number(row.section) + 1].text;
        list.flat.append(...sorted.map((row) => row.element));
      }
      for (const head of all("th[data-o]", list.element)) {
        if (head.dataset.o === name) head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      }
    }
  }

  // --- state in the address --------------------------------------------------------------------------------------
  const named = (select, name) => [...select.options].find((option) => option.value !== "" && option.text === name)?.value ?? "";
  const nameIn = (select) => (select.value === "" ? "" : select.selectedOptions[0].text);

  function write() {
    const state = new URLSearchParams();
    const put = (key, value) => value && state.set(key, value);
    put("verdict", [...rank.keys()].filter((verdict) => verdicts.has(verdict)).join(","));
    put("section", nameIn(section));
    put("host", nameIn(host));
    put("find", find.value.trim());
    put("order", order === "place" ? "" : order);
    history.replaceState(null, "", `#${state}`);
  }

  function read() {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) return; // a place on this page
    const state = new URLSearchParams(hash);
    const get = (key) => state.get(key) ?? "";
    verdicts.clear();
    for (const verdict of get("verdict").split(",")) if (rank.has(verdict)) verdicts.add(verdict);
    section.value = named(section, get("section"));
    host.value = named(host, get("host"));
    find.value = get("find");
    order = Object.hasOwn(keys, get("order").replace("-", "")) ? get("order") : "place";
    sort();
    filter();
  }

  const changed = () => { filter(); write(); };

  // --- what the script adds --------------------------------------------------------------------------------------
  for (const tile of tiles) {
    const button = make("button", "");
    button.append(...tile.childNodes);
    button.addEventListener("click", () => {
      if (!verdicts.delete(tile.dataset.v)) verdicts.add(tile.dataset.v);
      changed();
    });
    tile.append(button);
  }
  byId("tiles")?.classList.add("live");
  for (const head of all("th[data-o]")) {
    const button = make("button", head.textContent);
    button.addEventListener("click", () => {
      const name = head.dataset.o;
      order = order === name && name !== "place" ? `-${name}` : name;
      sort();
      changed();
    });
    head.replaceChildren(button);
  }
  for (const code of all(".c", findings)) code.after(" ", make("button", "Copy", { className: "copy" }));
  // A place that leads nowhere is for an editor: a click copies it.
  addEventListener("click", async ({ target }) => {
    if (!target.matches("span.p")) return;
    try {
      await navigator.clipboard.writeText(target.textContent);
      target.classList.add("copied");
      setTimeout(() => target.classList.remove("copied"), 2000);
    } catch { // not allowed here: the click has marked it
    }
  });
  findings.addEventListener("click", async ({ target }) => {
    if (!target.matches(".copy")) return;
    const code = target.parentNode.querySelector(".c");
    try {
      await navigator.clipboard.writeText(code.textContent);
      target.textContent = "Copied";
    } catch { // not allowed here: mark it, so that the keyboard's own copy takes it
      getSelection().selectAllChildren(code);
      target.textContent = "Marked";
    }
    setTimeout(() => { target.textContent = "Copy"; }, 2000);
  });

  // A row with its evidence unfolded shows the whole address, and what to do; those words stand once, with the rules.
  findings.addEventListener("toggle", ({ target }) => {
    if (!target.matches(".e")) return;
    const row = target.closest("tr");
    row.classList.toggle("open", target.open);
    if (!target.open || target.querySelector(".do")) return;
    const advice = byId(row.querySelector(".k")?.hash.slice(1))?.querySelector(".do").cloneNode(true);
    if (!advice) return;
    advice.prepend(make("b", "What to do"), " ");
    target.querySelector("summary").after(advice);
  }, true);
  findings.addEventListener("pointerover", ({ target }) => {
    if (target.matches(".k") && !target.title) target.title = byId(target.hash.slice(1)).querySelector(".slug").textContent;
  });

  let waiting = 0;
  find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, rows.length > 1000 ? 150 : 0);
  });
  section.addEventListener("change", changed);
  host.addEventListener("change", changed);
  const reset = () => {
    verdicts.clear();
    find.value = section.value = host.value = "";
    order = "place";
    sort();
    changed();
  };
  const showAll = make("button", "Show all");
  byId("none").append(" ", showAll);
  for (const button of [clear, showAll]) button.addEventListener("click", () => {
    reset();
    find.focus();
  });
  addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find.focus();
    }
    if (event.key === "Escape" && !clear.hidden) {
      event.preventDefault();
      clearTimeout(waiting);
      reset();
    }
  });
  addEventListener("hashchange", read);
  byId("filters").hidden = rows.length === 0;
  read();
})();
