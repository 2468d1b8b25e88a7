"use strict";
// Two charts of a stretch of time, drawn by hand as SVG: calls by outcome as bars, quantiles of the duration as lines.

const charts = (() => {
  const margin = { left: 44, right: 8, top: 8, bottom: 22 };
  const height = 176;
  const quantileNames = ["p50", "p95", "p99"];
  let shown = null;

  /// A round number at or above a value, for the axis: 1, 2, 5, 10, 20, 50 …
  function roundUp(value) {
    if (value <= 0) return 1;
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].find(step => step * power >= value * 0.999) * power;
  }

  function tickText(time, length) {
    const options = length > 2 * 86400000 ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit" };
    return format("tick" + Object.keys(options), options).format(time);
  }

  /// The frame with its axes, and what turns values into places.
  function frame(host, area, top, unit, label) {
    const width = Math.max(240, host.clientWidth);
    const svg = draw("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
    const x = time => margin.left + (time - area.first) / (area.last - area.first) * (width - margin.left - margin.right);
    const y = value => height - margin.bottom - value / top * (height - margin.top - margin.bottom);
    for (const value of [0, top / 2, top]) {
      svg.append(draw("line", { class: "grid", x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }));
      svg.append(draw("text", { class: "tick", x: margin.left - 6, y: y(value) + 4, "text-anchor": "end" }, unit(value)));
    }
    const count = Math.max(2, Math.floor(width / 110));
    for (let index = 0; index <= count; index++) {
      const time = area.first + (area.last - area.first) * index / count;
      const anchor = index === 0 ? "start" : index === count ? "end" : "middle";
      svg.append(draw("text", { class: "tick", x: x(time), y: height - 5, "text-anchor": anchor },
        tickText(time, area.last - area.first)));
    }
    return { svg, x, y };
  }

  /// Whole buckets that hold the stretch. Days are GMT+8 days.
  function buckets(area) {
    const shift = area.bucket === "1d" ? 8 * 3600000 : 0;
    const floor = time => Math.floor((time + shift) / area.step) * area.step - shift;
    return { ...area, first: floor(area.start), last: floor(area.end - 1) + area.step };
  }

  /// Says which filters the aggregates are without.
  const without = names => names.length ? " · " + t("without", names.map(name => t(name)).join(", ")) : "";

  function drawTraffic({ area, byOutcome, unapplied }) {
    const sums = new Map();
    const totals = new Map();
    for (const row of byOutcome) {
      const time = Date.parse(row.at);
      if (!sums.has(time)) sums.set(time, new Map());
      sums.get(time).set(row.outcome, row.count);
      totals.set(row.outcome, (totals.get(row.outcome) ?? 0) + row.count);
    }
    const whole = [...totals.values()].reduce((sum, count) => sum + count, 0);
    const failed = whole - (totals.get("success") ?? 0) - (totals.get("accepted") ?? 0);
    const top = roundUp(Math.max(0, ...[...sums.values()].map(bar => [...bar.values()].reduce((a, b) => a + b, 0))));
    const summary = whole ? t("sumOf", number(whole), percent(failed, whole)) : t("noCalls");
    one("#traffic-sum").textContent = summary + without(unapplied);
    const compact = new Intl.NumberFormat(locale(), { notation: "compact", maximumFractionDigits: 1 });
    const { svg, x, y } = frame(one("#traffic"), area, top, value => compact.format(value), t("chartLabel", summary));
    const width = Math.max(1, x(area.first + area.step) - x(area.first) - (area.last - area.first > 70 * area.step ? 0.5 : 2));
    for (const [time, bar] of sums) {
      const group = draw("g", { class: "bar-group", "data-at": time });
      let sum = 0;
      for (const outcome of outcomes) {
        const count = bar.get(outcome) ?? 0;
        if (!count) continue;
        const rect = { class: "o-" + outcome, x: x(time), y: y(sum + count), width, height: Math.max(0.5, y(sum) - y(sum + count)) };
        group.append(draw("rect", { ...rect, fill: "currentColor" }));
        sum += count;
      }
      const lines = outcomes.filter(name => bar.get(name)).map(name => `${outcomeWord(name)} ${number(bar.get(name))}`);
      const from = new Date(time).toISOString();
      group.append(draw("rect", { class: "hit", x: x(time), y: margin.top, width, height: height - margin.top - margin.bottom },
        draw("title", {}, [t("chartOf", shortTime(from), number(sum)), ...lines].join("\n"))));
      group.addEventListener("click", () => {
        go(changed({ range: "", cursor: "", from, to: new Date(time + area.step).toISOString() }));
      });
      svg.append(group);
    }
    one("#traffic").replaceChildren(svg);
    one("#legend").replaceChildren(...outcomes.filter(name => totals.get(name)).map(name => make("li", {},
      link(changed({ outcome: name, cursor: "" }), { class: "badge o-" + name },
        make("i", { "aria-hidden": "true" }), outcomeWord(name), " ", make("b", {}, number(totals.get(name)))))));
  }

  function drawDurations({ area, together, unapplied }) {
    const rows = together.filter(row => row.count).map(row => ({ ...row, time: Date.parse(row.at) + area.step / 2 }));
    const top = roundUp(Math.max(0, ...rows.map(row => row.p99_ms)));
    const last = rows.at(-1);
    const summary = last ? t("lately", span(last.p95_ms)) : t("noCalls");
    one("#durations-sum").textContent = summary + without(unapplied);
    const { svg, x, y } = frame(one("#durations"), area, top, span, t("durationLabel", summary));
    for (const name of quantileNames) {
      // A gap without calls is a gap in the line.
      let path = "";
      let before = -Infinity;
      for (const row of rows) {
        path += (row.time - before > area.step * 1.5 ? "M" : "L") + x(row.time).toFixed(1) + " " + y(row[name + "_ms"]).toFixed(1);
        if (row.time - before > area.step * 1.5) path += "h0.01";
        before = row.time;
      }
      svg.append(draw("path", { class: "line q-" + name, d: path || "M0 0" }));
    }
    one("#durations").replaceChildren(svg);
    one("#quantiles").replaceChildren(...quantileNames.map(name => make("li", { class: "badge q-" + name },
      make("i", { "aria-hidden": "true" }), name, " ", make("span", { class: "dim" }, t(name)))));
  }

  function redraw() {
    if (!shown || one("#charts").hidden) return;
    drawTraffic(shown);
    drawDurations(shown);
  }

  /// Fetches and draws what belongs to a place; without a beginning in time there are no charts.
  async function load(place, signal) {
    const area = stretch(place);
    one("#charts").hidden = !area;
    if (!area) return;
    const given = Object.keys(place.filters).filter(name => filterNames.includes(name) && name !== "order");
    const countable = given.filter(name => name !== "settled" && name !== "sibling_of");
    const filters = Object.fromEntries(countable.map(name => [name, place.filters[name]]));
    const question = { from: area.from, to: area.to, bucket: area.bucket, filters };
    const [byOutcome, together] = await Promise.all([
      api.stats({ ...question, dimension: "outcome", measures: "count" }, signal),
      api.stats({ ...question, measures: "count,p50,p95,p99" }, signal),
    ]);
    shown = { area: buckets(area), byOutcome, together, unapplied: given.filter(name => !countable.includes(name)) };
    redraw();
  }

  function forget() {
    shown = null;
    for (const name of ["#traffic", "#durations", "#legend", "#quantiles", "#traffic-sum", "#durations-sum"]) {
      one(name).replaceChildren();
    }
  }

  let width = 0;
  new ResizeObserver(() => {
    if (one("#traffic").clientWidth === width) return;
    width = one("#traffic").clientWidth;
    redraw();
  }).observe(one("#traffic"));

  return { load, redraw, forget };
})();
