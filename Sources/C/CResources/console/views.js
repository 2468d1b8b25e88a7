"use strict";
// The questions that people come with: one click each, and one box for whatever they hold in their hands.

const questions = [
  ["allCalls", {}],
  ["unknownCalls", { outcome: "unknown", settled: "none", range: "7d" }],
  ["acceptedCalls", { outcome: "accepted", settled: "none", range: "7d" }],
  ["failures", { view: "failures" }],
  ["slowCalls", { min_duration_ms: "1000" }],
  ["refusals", { view: "refusals" }],
];

function drawQuestions(place) {
  one("#questions").replaceChildren(...questions.map(([name, parameters]) => {
    const isHere = !place.id && (parameters.view ?? "") === place.view
      && filterNames.every(filter => (parameters[filter] ?? "") === (place.filters[filter] ?? "") || place.view);
    return link(address(parameters), { "aria-current": isHere ? "page" : null, "data-question": name }, t(name));
  }));
}

/// The buttons that choose the time.
function drawTime(place) {
  // Counting takes a time that begins somewhere.
  const offered = Object.keys(ranges).filter(range => range !== "all" || place.view !== "failures");
  const buttons = offered.map(range => make("button", {
    type: "button", "aria-pressed": String(place.range === range), "data-range": range,
    on: { click: () => go(changed({ range, from: "", to: "", cursor: "" })) },
  }, t("r" + range)));
  const own = place.range ? [] : [make("span", { class: "own" },
    [place.from, place.to].map(text => text ? exactTime(text) : "…").join(" – "))];
  one("#time").replaceChildren(...buttons, ...own);
}

/// A table with heads and rows of cells.
function table(label, heads, rows) {
  return make("table", { class: "list", role: "table", "aria-label": label },
    make("thead", {}, make("tr", { role: "row" }, heads.map(head => make("th", { role: "columnheader", scope: "col" }, head)))),
    make("tbody", {}, rows.map(cells => make("tr", { role: "row" }, cells.map((cell, index) =>
      make("td", { role: "cell", "data-label": heads[index] }, cell))))));
}

const failures = (() => {
  async function load(place, signal) {
    const area = stretch(place);
    one("#failures-status").textContent ||= t("loading");
    if (!area) return draw(place, [], []);
    const question = { from: area.from, to: area.to, bucket: "all", measures: "count,errors" };
    const [byOutcome, bySubCode] = await Promise.all(
      ["outcome", "sub_code"].map(dimension => api.stats({ ...question, dimension }, signal)));
    draw(place, byOutcome, bySubCode);
  }

  /// The errors of each value of a dimension, the most first.
  function sums(rows, dimension) {
    const found = new Map();
    for (const row of rows) if (row.errors) found.set(row[dimension], (found.get(row[dimension]) ?? 0) + row.errors);
    return [...found].sort((one, other) => other[1] - one[1]);
  }

  function draw(place, byOutcome, bySubCode) {
    const whole = byOutcome.reduce((sum, row) => sum + row.count, 0);
    const failed = byOutcome.reduce((sum, row) => sum + row.errors, 0);
    const time = { range: place.range, from: place.from, to: place.to };
    const rows = (found, dimension, word) => found.map(([value, count]) => [
      value === null ? make("span", { class: "dim" }, t("noSubCode"))
        : link(address({ ...time, [dimension]: value }), { class: "open" }, word(value)),
      make("span", { class: "amount" }, number(count)), percent(count, failed),
    ]);
    one("#failures-status").textContent = failed ? t("failuresSum", number(failed), number(whole)) : t("noFailures");
    one("#by-sub-code").replaceChildren(table(t("bySubCode"), [t("sub_code"), t("count"), t("share")],
      rows(sums(bySubCode, "sub_code"), "sub_code", value => bdi(value))));
    one("#by-outcome").replaceChildren(table(t("byOutcome"), [t("outcome"), t("count"), t("share")],
      rows(sums(byOutcome, "outcome"), "outcome", value => outcomeBadge(value))));
  }

  return { load };
})();

const refusals = (() => {
  const names = ["ref", "client_request_id", "request_id", "app", "seller", "caller", "method", "type"];
  const form = one("#refusal-filters");

  async function load(place, signal) {
    for (const name of names) {
      if (document.activeElement !== form.elements[name]) form.elements[name].value = place.filters[name] ?? "";
    }
    one("#refusals-status").textContent ||= t("loading");
    const parameters = Object.fromEntries(names.map(name => [name, place.filters[name]]));
    draw(await api.refusals({ ...parameters, ...ends(place), cursor: place.cursor }, signal), place);
  }

  /// What the caller was told, with the first errors and the places of all.
  function why(refusal) {
    const errors = refusal.errors.map(error => make("li", {}, make("code", {}, error.pointer), " ", error.detail));
    const others = refusal.pointers.slice(errors.length);
    return [refusal.detail && make("span", { dir: "auto" }, refusal.detail), errors.length ? make("ul", {}, errors) : null,
      others.length ? make("code", {}, others.join("  ")) : null];
  }

  function draw({ data, pagination }, place) {
    const more = pagination.next ? t("shownMore", number(data.length)) : t("refusalsShown", number(data.length));
    one("#refusals-status").textContent = data.length ? more : t("noRefusals");
    one("#refusal-rows").replaceChildren(data.length ? table(t("refusals"),
      ["time", "type", "why", "method", "seller", "caller", "refs", "client_request_id"].map(name => t(name)),
      data.map(refusal => [
        timeElement(refusal.at), [make("b", {}, refusal.type), " ", make("span", { class: "dim" }, String(refusal.status))],
        why(refusal), make("span", { class: "method" }, refusal.method),
        [refusal.seller && bdi(refusal.seller), refusal.seller && refusal.app && " · ",
          refusal.app && make("span", { class: "dim" }, bdi(refusal.app))], refusal.caller && bdi(refusal.caller),
        refusal.refs.length ? bdi(refusal.refs.join(", ")) : null,
        bdi(refusal.client_request_id ?? refusal.relay_request_id ?? ""),
      ])) : "");
    one("#refusals-next").hidden = !pagination.next;
    one("#refusals-next").href = changed({ cursor: pagination.next ?? "" });
    one("#refusals-first").hidden = !place.cursor;
    one("#refusals-first").href = changed({ cursor: "" });
  }

  form.addEventListener("submit", event => {
    event.preventDefault();
    const { range, from, to } = readPlace();
    const values = [...new FormData(form)].map(([name, value]) => [name, value.trim()]);
    go(address({ view: "refusals", range, from, to, ...Object.fromEntries(values) }));
  });

  return { load };
})();

const search = (() => {
  const box = one("#wanted");
  const offers = one("#offers");

  /// Where a text leads: to a call, to what a business key names, or to a choice.
  function look(text) {
    if (/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(text)) {
      return leave(() => go(address({ id: text.toLowerCase() })));
    }
    if (/^[A-Za-z_][A-Za-z0-9_.]{0,63}:\S/.test(text)) return leave(() => go(address({ key: text })));
    const choices = [["ref", { ref: text }], ["client_request_id", { client_request_id: text }],
      ["top_request_id", { top_request_id: text }], ["refusalsOf", { view: "refusals", ref: text }],
      ["refusalsOfRequest", { view: "refusals", client_request_id: text }]];
    offers.replaceChildren(make("span", { class: "dim" }, t("lookAs")), ...choices.map(([name, parameters]) =>
      link(address(parameters), { "data-offer": name }, t(name))));
    offers.hidden = false;
    offers.querySelector("a").focus();
  }

  function leave(then) {
    offers.hidden = true;
    box.value = "";
    box.blur();
    then?.();
  }

  one("#search").addEventListener("submit", event => {
    event.preventDefault();
    const text = box.value.trim();
    if (text) look(text);
  });
  offers.addEventListener("click", event => { if (event.target.closest("a")) leave(); });
  box.addEventListener("input", () => { offers.hidden = true; });

  return { focus() { box.focus(); box.select(); }, leave, get isOpen() { return !offers.hidden; } };
})();
