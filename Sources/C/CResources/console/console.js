"use strict";
// The page as a whole: signing in, going from place to place, faults, refreshing, keys.

const refreshEvery = 5000;
const chartsEvery = 15000;
const sections = ["signin", "calls", "failures", "refusals", "detail"];
let loading = new AbortController();
let scrollOfList = 0;
let shownSection = "";
let chartsAt = 0;
let hasFault = false;

// Faults

/// What is wrong, and what to do.
function faultWords(fault) {
  switch (fault.status) {
    case 0: return [t("faultNet"), t("faultNetHelp")];
    case 401: return [t("fault401"), ""];
    case 403: return [t("fault403"), t("fault403Help")];
    case 404: return [t("fault404"), t("fault404Help")];
    case 400: return [t("fault400"), fault.message];
    case 422: return [t("fault422"), fault.message];
    case 502: case 503: case 504: return [t("fault503"), t("fault503Help")];
    default: return [t("faultOther", fault.status), fault.message || t("faultOtherHelp")];
  }
}

function showFault(fault) {
  if (fault.name === "AbortError") return;
  if (!(fault instanceof Fault)) throw fault;
  if (fault.status === 401) return leave(t("tokenEnded"));
  // An invalid question stays invalid, so it is not sent again.
  hasFault = fault.status === 0 || fault.status >= 500;
  const [title, text] = faultWords(fault);
  one("#banner-title").textContent = visible(title);
  one("#banner-text").textContent = visible(text);
  one("#banner").hidden = false;
  for (const element of document.querySelectorAll("#status, #failures-status, #refusals-status, #detail-body > p")) {
    if (element.textContent === t("loading")) element.textContent = "";
  }
}

function clearFault() {
  hasFault = false;
  one("#banner").hidden = true;
}

// Places

/// Shows the place that the address names.
function show() {
  reload().catch(showFault);
}

async function reload(isRefresh = false) {
  const place = readPlace();
  if (!isRefresh) {
    loading.abort();
    loading = new AbortController();
    applyLook();
  }
  const { signal } = loading;
  const name = !api.isSignedIn ? "signin" : place.id ? "detail" : place.view || "calls";
  showSection(name, place);
  if (name === "signin") return clearFault();
  if (!isRefresh) drawQuestions(place);
  const asked = name === "detail" ? [detail.load(place, signal)] : name === "failures" ? [failures.load(place, signal)]
    : name === "refusals" ? [refusals.load(place, signal)]
      : [calls.load(place, signal, isRefresh), loadCharts(place, signal, isRefresh)];
  const results = await Promise.allSettled(asked);
  if (signal.aborted) return;
  const failed = results.find(result => result.status === "rejected");
  if (failed) throw failed.reason;
  clearFault();
}

async function loadCharts(place, signal, isRefresh) {
  if (isRefresh && Date.now() - chartsAt < chartsEvery) return;
  chartsAt = Date.now();
  try {
    await charts.load(place, signal);
  } catch (error) {
    // A stretch that is too wide to be counted leaves the list as it is.
    if (error.status !== 400) throw error;
    charts.forget();
    one("#traffic-sum").textContent = visible(error.message);
  }
}

function showSection(name, place) {
  const isSignedIn = name !== "signin";
  for (const each of sections) one("#" + each).hidden = each !== name;
  for (const each of ["search", "questions", "signout", "keys"]) one("#" + each).hidden = !isSignedIn;
  one("#time").hidden = !["calls", "failures", "refusals"].includes(name);
  if (!one("#time").hidden) drawTime(place);
  document.title = (name === "detail" ? t("call") + " " + place.id : t(name === "signin" ? "signInTitle" : name)) + " · TopRelay";
  if (name === shownSection) return;
  const before = shownSection;
  shownSection = name;
  if (name === "detail") {
    calls.remember(place.id);
    scrollTo(0, 0);
    one("#detail-title").focus({ preventScroll: true });
  } else if (before === "detail" && name === "calls") {
    scrollTo(0, scrollOfList);
    calls.focusSelected();
  } else if (name === "signin") {
    one("#token").focus();
  }
}

// Signing in and out

one("#signin-form").addEventListener("submit", async event => {
  event.preventDefault();
  const box = one("#token");
  const button = event.target.querySelector("button");
  one("#signin-fault").textContent = "";
  button.disabled = true;
  try {
    await api.signIn(box.value.trim());
    box.value = "";
    show();
    one("#main").focus({ preventScroll: true });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const text = error.status === 401 ? t("tokenWrong") : error.status === 403 ? t("tokenScope") : faultWords(error).join(" ");
    one("#signin-fault").textContent = visible(text);
    box.select();
  } finally {
    button.disabled = false;
  }
});

/// Forgets the token and all that was fetched with it.
function leave(words = "") {
  api.signOut();
  calls.forget();
  charts.forget();
  detail.forget();
  for (const name of ["#by-sub-code", "#by-outcome", "#refusal-rows", "#failures-status", "#refusals-status"]) {
    one(name).replaceChildren();
  }
  show();
  one("#signin-fault").textContent = words;
}

one("#signout").addEventListener("click", () => leave());

// Language and look: in the address where they were chosen, else the browser's.

function applyLook() {
  const query = new URLSearchParams(location.search);
  const wanted = query.get("lang") ?? navigator.language;
  const chosen = wanted.toLowerCase().startsWith("zh") ? "zh" : "en";
  const theme = ["dark", "light"].includes(query.get("theme")) ? query.get("theme") : "";
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  if (chosen !== language || !document.documentElement.dataset.worded) {
    language = chosen;
    document.documentElement.dataset.worded = "yes";
    applyWords();
    one("#failures-status").textContent = one("#refusals-status").textContent = "";
    one("#language").textContent = t("otherLanguage");
    one("#language").lang = chosen === "zh" ? "en" : "zh-CN";
    one("#language").setAttribute("aria-label", t("otherLanguageLabel"));
    one("#zone").textContent = t("zone", Intl.DateTimeFormat(locale(), { timeZoneName: "longOffset" })
      .formatToParts().find(part => part.type === "timeZoneName").value);
    charts.redraw();
  }
}

one("#language").addEventListener("click", () => {
  history.replaceState(null, "", changed({ lang: language === "zh" ? "en" : "zh" }));
  show();
});

one("#theme").addEventListener("click", () => {
  const isDark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  history.replaceState(null, "", changed({ theme: isDark ? "light" : "dark" }));
  show();
});

// Going about

/// Links of this page change the place and load nothing anew: the token would be lost.
document.addEventListener("click", event => {
  const anchor = event.target.closest("a[href]");
  if (!anchor || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (anchor.classList.contains("skip")) return one("#main").focus();
  if (shownSection === "calls") scrollOfList = scrollY;
  if (anchor.id === "close") return closeDetail();
  const isPage = anchor.closest(".pager, .scanned");
  go(anchor.classList.contains("brand") ? address({}) : anchor.getAttribute("href"));
  if (isPage) scrollTo(0, one("#more").offsetTop);
});

function closeDetail() {
  go(changed({ id: "" }));
}

addEventListener("popstate", () => show());
one("#again").addEventListener("click", () => reload(shownSection === "calls").catch(showFault));

document.addEventListener("keydown", event => {
  if (!api.isSignedIn || event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key === "Escape") {
    if (search.isOpen || document.activeElement === one("#wanted")) search.leave();
    else if (isTyping) document.activeElement.blur();
    else if (shownSection === "detail") closeDetail();
    return;
  }
  if (isTyping) return;
  const isInRow = document.activeElement.matches("a.open");
  if (event.key === "/") search.focus();
  else if (event.key === "j" || isInRow && event.key === "ArrowDown") calls.move(1);
  else if (event.key === "k" || isInRow && event.key === "ArrowUp") calls.move(-1);
  else return;
  event.preventDefault();
});

// Refreshing

async function refresh() {
  const place = readPlace();
  const isWanted = api.isSignedIn && !document.hidden && one("#refresh").checked && shownSection === "calls" && isLive(place);
  // What failed is tried again, whatever the page shows.
  const isMending = hasFault && api.isSignedIn && !document.hidden;
  if (isWanted || isMending) await reload(shownSection === "calls").catch(showFault);
  setTimeout(refresh, refreshEvery);
}

setTimeout(refresh, refreshEvery);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && shownSection === "calls" && one("#refresh").checked && isLive(readPlace())) {
    reload(true).catch(showFault);
  }
});
show();
