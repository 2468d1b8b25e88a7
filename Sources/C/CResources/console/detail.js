"use strict";
// One call: what happened when, what was said, what people know about it, and which other calls belong to it.

const detail = (() => {
  const body = one("#detail-body");
  const mostSiblings = 20;
  const mostRefs = 5;
  let shownFor = "";

  async function load(place, signal) {
    const key = place.id + " " + language;
    if (shownFor === key) return;
    if (!shownFor.startsWith(place.id)) {
      body.replaceChildren(make("p", { class: "dim" }, t("loading")));
      one("#detail-title").textContent = t("call");
    }
    one("#close").href = changed({ id: "" });
    const call = await api.call(place.id, signal);
    shownFor = key;
    draw(call, signal);
  }

  function draw(call, signal) {
    one("#detail-title").replaceChildren(bdi(call.method));
    const siblings = make("div", { class: "siblings" });
    body.replaceChildren(
      make("p", { class: "lead" }, outcomeBadge(call.outcome), settledMark(call), " ", timeElement(call.at, exactTime), " ",
        call.message && make("span", { class: "message" }, bdi(call.message))),
      section("timeline", timeline(call)), section("facts", facts(call)),
      make("div", { class: "pair" },
        recorded("request", call.request, call.request_truncated), recorded("response", call.response, call.response_truncated)),
      notes(call), siblings);
    loadSiblings(call, siblings, signal);
  }

  const section = (name, ...children) =>
    make("section", { "aria-labelledby": "h-" + name }, make("h2", { id: "h-" + name }, t(name)), ...children);

  function settledMark(call) {
    if (!call.settled) return null;
    return make("span", { class: "settled" }, " ", t(call.settled === "done" ? "settledDone" : "settledNotDone"));
  }

  // The timeline

  function timeline(call) {
    const whole = call.duration_ms;
    const events = [["received", exactTime(call.at)]];
    const after = milliseconds => "+ " + span(milliseconds);
    if (call.reconciled) {
      events.push(["reconciled", exactTime(call.finished_at)]);
    } else if (call.outcome === "open") {
      events.push(["stillOpen", ""]);
    } else {
      if (call.audit_ms !== null) events.push(["durable", after(call.audit_ms)]);
      if (!call.attempts) events.push(["neverSent", ""]);
      else if (call.top_ms !== null) {
        events.push(["sent", "≈ " + after(Math.max(call.audit_ms ?? 0, whole - call.top_ms))],
          isTransferCode(call.code) ? ["noResponse", "≈ " + after(whole), call.message] : ["answered", "≈ " + after(whole)]);
      }
      events.push(["recorded", exactTime(call.finished_at)]);
    }
    const list = make("ol", { class: "events" }, events.map(([name, when, reason]) =>
      make("li", { "data-event": name }, make("b", {}, reason ? bdi(reason) : t(name)), " ", make("span", { class: "dim" }, when))));
    return make("div", {}, share(call), list);
  }

  /// A bar of where the time went.
  function share(call) {
    if (call.reconciled || !(call.duration_ms > 0)) return null;
    const audit = Math.min(call.audit_ms ?? 0, call.duration_ms);
    const top = Math.min(call.top_ms ?? 0, call.duration_ms - audit);
    const parts = [["waitAudit", audit], ["waitOwn", call.duration_ms - audit - top], ["waitTOP", top]];
    const bar = make("div", { class: "share", "aria-hidden": "true" }, parts.filter(([, part]) => part > 0).map(([name, part]) => {
      const piece = make("i", { class: "s-" + name });
      piece.style.flexGrow = part / call.duration_ms;
      return piece;
    }));
    const key = make("ul", { class: "legend" }, parts.map(([name, part]) =>
      make("li", { class: "badge s-" + name }, make("i", { "aria-hidden": "true" }), t(name), " ", make("b", {}, span(part)))),
      make("li", { class: "badge" }, t("duration"), " ", make("b", {}, span(call.duration_ms))));
    return [bar, key].reduce((box, part) => { box.append(part); return box; }, make("div", {}));
  }

  // Facts

  function facts(call) {
    const filtering = name => call[name] === null ? null : link(address({ [name]: String(call[name]) }), {}, bdi(call[name]));
    const copy = make("button", { type: "button", class: "small", on: { click: () => copyText(call.id, copy) } }, t("copy"));
    const refs = call.refs.map(ref => [link(address({ ref }), { class: "ref" }, bdi(ref)), " "]);
    const values = [
      ["id", [make("code", { id: "call-id" }, call.id), " ", copy]], ["caller", filtering("caller")], ["app", filtering("app")],
      ["seller", filtering("seller")], ["refs", refs.length ? refs : null], ["client_request_id", filtering("client_request_id")],
      ["trace_id", filtering("trace_id")], ["top_request_id", filtering("top_request_id")], ["request_id", call.request_id && bdi(call.request_id)],
      ["status", call.status],
      ["code", isTransferCode(call.code) ? link(address({ code: call.code }), {}, t("noResponse")) : filtering("code")], ["sub_code", filtering("sub_code")],
      ["retryable", call.retryable === null ? null : t(call.retryable ? "yes" : "no")], ["attempts", call.attempts],
      ["request_bytes", call.request_bytes === null ? null : number(call.request_bytes)],
      ["response_bytes", call.response_bytes === null ? null : number(call.response_bytes)],
      ["judged", call.judged === false ? t("notJudged") : null],
      ["repeat_of", call.repeat_of ? link(changed({ id: call.repeat_of }), { class: "open" }, make("code", {}, call.repeat_of)) : null],
      ["erased_at", call.erased_at ? timeElement(call.erased_at, exactTime) : null],
      ["finished_at", call.finished_at && timeElement(call.finished_at, exactTime)],
    ].filter(([, value]) => value !== null && value !== "");
    return make("div", {}, make("dl", { class: "facts" }, values.map(([name, value]) =>
      make("div", { "data-fact": name }, make("dt", {}, t(name)), make("dd", {}, value)))),
      call.keys_truncated && make("p", { class: "dim" }, t("keysCut")));
  }

  // Request and answer

  function recorded(name, text, isCut) {
    const title = make("h2", { id: "h-" + name }, t(name));
    const box = make("section", { "aria-labelledby": "h-" + name, class: "recorded" }, title);
    if (text === null || text === undefined) {
      box.append(make("p", { class: "dim" }, t("noText")));
      return box;
    }
    const pre = make("pre", { tabindex: 0, dir: "ltr", "aria-labelledby": "h-" + name, id: "text-" + name });
    const isWhole = showJSON(pre, text);
    if (isCut || !isWhole) title.append(" ", make("span", { class: "cut", title: t("cutHelp") }, t("cut")));
    const copy = make("button", { type: "button", class: "small", on: { click: () => copyText(text, copy) } }, t("copy"));
    const readable = make("button", { type: "button", class: "small", "aria-pressed": "true" }, t("readable"));
    readable.addEventListener("click", () => {
      const isOn = readable.getAttribute("aria-pressed") !== "true";
      readable.setAttribute("aria-pressed", String(isOn));
      if (isOn) showJSON(pre, text); else pre.replaceChildren(visible(text));
    });
    box.append(make("div", { class: "tools" }, readable, copy), pre);
    return box;
  }

  // Notes

  function notes(call) {
    const list = make("ol", { class: "notes" }, call.notes.map(note));
    const text = make("textarea", { name: "text", maxlength: 2000, required: true, rows: 3, id: "note-text" });
    const choice = (value, word) => make("label", { class: "check" },
      make("input", { type: "radio", name: "settles", value, checked: value === "" }), " ", t(word));
    const said = make("p", { class: "fault", role: "alert" });
    const form = make("form", { id: "note-form", "aria-labelledby": "h-notes" }, make("label", { for: "note-text" }, t("noteText")), text,
      make("fieldset", {}, make("legend", { class: "apart" }, t("settled")), choice("", "justNote"), choice("done", "wasDone"),
        choice("not_done", "wasNotDone")),
      make("button", { type: "submit", class: "main" }, t("save")), said);
    form.addEventListener("submit", async event => {
      event.preventDefault();
      const settles = new FormData(form).get("settles");
      const button = form.querySelector("button");
      button.disabled = true;
      try {
        await api.addNote(call.id, { text: text.value, ...(settles && { settles }) });
        shownFor = "";
        calls.forget();
        await reload();
        one("#note-saved").textContent = t("noteSaved");
      } catch (error) {
        said.textContent = error instanceof Fault ? faultWords(error).join(" ") : t("faultNet");
        if (error.status === 401) show();
      } finally {
        button.disabled = false;
      }
    });
    return section("notes", call.outcome === "unknown" && !call.settled && make("p", { class: "hint" }, t("unknownHelp")),
      call.notes.length ? list : make("p", { class: "dim" }, t("noNotes")),
      make("p", { id: "note-saved", role: "status" }), form);
  }

  function note(each) {
    return make("li", {}, make("div", { class: "dim" }, bdi(each.author), " · ", timeElement(each.at, exactTime), " ",
      each.settles && make("b", { class: "settled" }, t(each.settles === "done" ? "settledDone" : "settledNotDone"))),
    make("div", { class: "words", dir: "auto" }, each.text));
  }

  // Siblings

  async function loadSiblings(call, host, signal) {
    const groups = [[t("siblingsByKey"), { sibling_of: call.id }],
      ...call.refs.slice(0, mostRefs).map(ref => [t("siblingsByRef", ref), { ref }])];
    host.replaceChildren(...groups.map(([title, parameters]) => {
      const box = make("section", { "data-siblings": Object.keys(parameters)[0] }, make("h2", {}, visible(title)),
        make("p", { class: "dim" }, t("loading")));
      fillSiblings(call, box, parameters, signal);
      return box;
    }));
  }

  async function fillSiblings(call, box, parameters, signal) {
    let found;
    try {
      found = await api.calls({ ...parameters, limit: mostSiblings }, signal);
    } catch (error) {
      if (error.name !== "AbortError") box.lastChild.textContent = error instanceof Fault ? faultWords(error)[0] : "";
      return;
    }
    const others = found.data.filter(other => other.id !== call.id);
    box.lastChild.remove();
    if (!others.length) return box.append(make("p", { class: "dim" }, t("noSiblings")));
    box.append(table(t("calls"), [t("time"), t("method"), t("outcome"), t("caller")], others.map(other => [
      link(changed({ id: other.id }), { class: "open" }, timeElement(other.at)),
      make("span", { class: "method" }, other.method), outcomeBadge(other.outcome, other.settled), bdi(other.caller)])),
    link(address(parameters), { class: "all" }, t("inList")));
  }

  return { load, forget() { shownFor = ""; body.replaceChildren(); } };
})();
