"use strict";
// The list of calls: its filters, its rows, and the pages before and behind.

const calls = (() => {
  const columns = [
    ["time", call => link(changed({ id: call.id }), { class: "open" }, timeElement(call.at))],
    ["method", call => make("span", { class: "method", title: call.method }, call.method)],
    ["outcome", call => outcomeBadge(call.outcome, call.settled)],
    ["sellerApp", call => [call.seller && bdi(call.seller), call.seller && " · ", make("span", { class: "dim" }, bdi(call.app))]],
    ["caller", call => bdi(call.caller)],
    ["code", call => call.sub_code ? bdi(call.sub_code) : isTransferCode(call.code) ? t("noResponse") : call.code && bdi(call.code)],
    ["refs", call => call.refs.length ? bdi(call.refs.join(", ")) : null],
    ["duration", call => span(call.duration_ms)],
  ];
  const choices = {
    outcome: () => outcomes.map(name => [name, outcomeWord(name)]),
    settled: () => ["none", "done", "not_done"].map(name => [name, t(name)]),
    order: () => [["oldest", t("oldest")]],
  };
  let shownFor = null;
  let answer = null;
  let selected = "";

  // Filters

  function field(name) {
    const value = readPlace().filters[name] ?? "";
    let control;
    if (choices[name]) {
      const first = name === "order" ? t("newest") : t("any");
      control = make("select", { name }, make("option", { value: "" }, first),
        choices[name]().map(([key, word]) => make("option", { value: key }, word)));
    } else if (name === "status" || name === "min_duration_ms") {
      const [least, most] = name === "status" ? [100, 599] : [0, 86400000];
      control = make("input", { name, type: "number", min: least, max: most, inputmode: "numeric" });
    } else {
      control = make("input", { name, maxlength: 512, spellcheck: "false" });
    }
    control.value = value;
    return make("label", {}, make("span", {}, t(name)), control);
  }

  function drawFields() {
    const place = readPlace();
    const time = ["from", "to"].map(name => {
      const control = make("input", { name, type: "datetime-local", step: 1 });
      control.value = place[name] ? localTime(place[name]) : "";
      return make("label", {}, make("span", {}, t(name)), control);
    });
    one("#fields").replaceChildren(...filterNames.map(field), ...time);
  }

  /// An instant as `datetime-local` takes it: in the browser's zone, without one.
  function localTime(text) {
    const date = new Date(text);
    return new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
  }

  function applyFilters(form) {
    const parameters = { range: readPlace().range };
    for (const [name, value] of new FormData(form)) {
      const text = value.trim();
      parameters[name] = name === "from" || name === "to" ? instant(text) : text;
    }
    if (parameters.from || parameters.to) parameters.range = "";
    go(address(parameters));
  }

  function drawChips(place) {
    const active = filterNames.filter(name => place.filters[name]);
    one("#filter-count").textContent = active.length ? String(active.length) : "";
    one("#chips").replaceChildren(...active.map(name => make("li", {}, make("span", { class: "dim" }, t(name)), " ",
      bdi(name === "outcome" ? outcomeWord(place.filters[name]) : choices[name] ? t(place.filters[name]) : place.filters[name]),
      link(changed({ [name]: "", cursor: "" }), { class: "remove", "aria-label": t("remove", t(name)) }, "×"))));
  }

  // Rows

  function row(call) {
    const element = make("tr", { role: "row", "data-id": call.id, class: "call" }, columns.map(([name, cell]) =>
      make("td", { role: "cell", class: "c-" + name, "data-label": t(name) }, cell(call))));
    element.dataset.state = JSON.stringify(call);
    return element;
  }

  /// Puts the page's calls in place. Rows that stay are left alone, so that focus and selection stay with them.
  function drawRows(data) {
    const body = one("#rows");
    const there = new Map([...body.children].map(element => [element.dataset.id, element]));
    let added = 0;
    let place = body.firstElementChild;
    for (const call of data) {
      const element = there.get(call.id);
      if (element === place && element) {
        place = element.nextElementSibling;
      } else if (element) {
        body.insertBefore(element, place);
      } else {
        body.insertBefore(row(call), place);
        added++;
        continue;
      }
      there.delete(call.id);
      if (element.dataset.state !== JSON.stringify(call)) refreshRow(element, call);
    }
    for (const element of there.values()) element.remove();
    return added;
  }

  /// A call has changed: its cells are made anew, but the link that may have the focus is not.
  function refreshRow(element, call) {
    const cells = [...row(call).children];
    cells.slice(1).forEach((cell, index) => element.children[index + 1].replaceWith(cell));
    element.dataset.state = JSON.stringify(call);
  }

  function drawPager(pagination) {
    for (const [name, cursor] of [["prev", pagination.prev], ["next", pagination.next]]) {
      const anchor = one("#" + name);
      anchor.hidden = !cursor || name === "next" && pagination.scanned_until;
      if (cursor) anchor.href = changed({ cursor });
    }
    one("#first").hidden = !readPlace().cursor;
    one("#first").href = changed({ cursor: "" });
    one("#scanned").hidden = !pagination.scanned_until;
    if (pagination.scanned_until) {
      one("#scanned-text").textContent = t("scannedUntil", exactTime(pagination.scanned_until));
      one("#go-on").href = changed({ cursor: pagination.next });
    }
  }

  function say(text) {
    if (one("#status").textContent !== text) one("#status").textContent = text;
  }

  /// The row that its reader looks at: the one with the focus or the pointer, else the uppermost on the screen once the
  /// page is scrolled.
  function watchedRow() {
    const rows = [...one("#rows").children];
    return rows.find(row => row.contains(document.activeElement) || row.matches(":hover"))
      ?? (rows[0]?.getBoundingClientRect().top < 0 ? rows.find(row => row.getBoundingClientRect().top >= 0) : undefined);
  }

  function draw(isRefresh) {
    const hadRows = one("#rows").children.length > 0;
    const watched = isRefresh ? watchedRow() : undefined;
    const top = watched?.getBoundingClientRect().top;
    const added = drawRows(answer.data);
    drawPager(answer.pagination);
    const count = number(answer.data.length);
    if (isRefresh && added && hadRows) say(t("newCalls", count, number(added)));
    else if (!isRefresh || added || !hadRows) say(t(answer.pagination.next ? "shownMore" : "shown", count));
    one("#empty").hidden = answer.data.length > 0 || Boolean(answer.pagination.scanned_until);
    one("#empty").textContent = t("nothing") + " " + t("nothingHint");
    one("#list").hidden = answer.data.length === 0;
    if (isRefresh) markNew(added);
    if (watched?.isConnected) scrollBy(0, watched.getBoundingClientRect().top - top);
  }

  function markNew(count) {
    [...one("#rows").children].slice(0, count).forEach(element => element.classList.add("new"));
  }

  /// Shows the list of a place; what it shows already is kept while it stays the same.
  async function load(place, signal, isRefresh) {
    const key = JSON.stringify([place.filters, place.from, place.to, place.range, place.cursor, language]);
    if (shownFor === key && !isRefresh && answer) return;
    if (shownFor !== key) {
      shownFor = null;
      drawHead(place);
      say(t("loading"));
      one("#rows").setAttribute("aria-busy", "true");
      one("#list").classList.add("stale");
    }
    const { type, request_id: requestID, ...filters } = place.filters;
    try {
      answer = await api.calls({ ...filters, ...ends(place), cursor: place.cursor }, signal);
    } finally {
      one("#rows").removeAttribute("aria-busy");
      one("#list").classList.remove("stale");
    }
    if (shownFor !== key) one("#rows").replaceChildren();
    const wasShown = shownFor === key;
    shownFor = key;
    draw(wasShown);
  }

  function drawHead(place) {
    one("#calls-title").textContent = t("calls");
    one("#heads").replaceChildren(...columns.map(([name]) => make("th", { role: "columnheader", scope: "col", class: "c-" + name }, t(name))));
    drawFields();
    drawChips(place);
  }

  function forget() {
    shownFor = answer = null;
    one("#rows").replaceChildren();
    one("#chips").replaceChildren();
    one("#status").textContent = "";
  }

  // Keyboard

  const links = () => [...document.querySelectorAll("main > section:not([hidden]) a.open, main > article:not([hidden]) a.open")]
    .filter(element => element.offsetParent);

  /// Moves the focus by so many rows.
  function move(step) {
    const all = links();
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }

  one("#filters").addEventListener("submit", event => { event.preventDefault(); applyFilters(event.target); });
  one("#clear").addEventListener("click", () => go(address({ range: readPlace().range })));
  one("#rows").addEventListener("click", event => {
    const element = event.target.closest("tr");
    if (!element || event.target.closest("a") || getSelection().toString()) return;
    element.querySelector("a.open").click();
  });

  return {
    load, forget, move,
    remember(id) { selected = id; },
    /// Gives the focus back to the call that was open.
    focusSelected() {
      if (selected) document.querySelector(`#rows tr[data-id="${CSS.escape(selected)}"] a.open`)?.focus({ preventScroll: true });
      selected = "";
    },
  };
})();
