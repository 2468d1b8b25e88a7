"use strict";
// Where the reader is. All of it stands in the page's address, so that back, forward and links work; the token never does.

const filterNames = ["method", "app", "seller", "caller", "outcome", "status", "code", "sub_code", "top_request_id",
  "client_request_id", "trace_id", "min_duration_ms", "key", "ref", "sibling_of", "settled", "order"];
/// Filters that lead to few calls, wherever in time these are.
const rareNames = ["top_request_id", "client_request_id", "trace_id", "key", "ref", "sibling_of"];
const ranges = { "15m": 900, "1h": 3600, "6h": 21600, "24h": 86400, "7d": 604800, "30d": 2592000, all: 0 };
const buckets = [["1m", 60, 7200], ["5m", 300, 43200], ["15m", 900, 172800], ["1h", 3600, 1209600], ["1d", 86400, Infinity]];

/// Reads the page's address.
function readPlace(search = location.search) {
  const query = new URLSearchParams(search);
  const place = { filters: {}, id: query.get("id") ?? "", view: query.get("view") ?? "", cursor: query.get("cursor") ?? "" };
  if (!["failures", "refusals"].includes(place.view)) place.view = "";
  for (const name of [...filterNames, "type", "request_id"]) if (query.get(name)) place.filters[name] = query.get(name);
  place.from = instant(query.get("from"));
  place.to = instant(query.get("to"));
  place.range = query.get("range") ?? "";
  if (place.view === "failures" && place.range === "all") place.range = "30d";
  if (!Object.hasOwn(ranges, place.range)) place.range = place.from || place.to ? "" : usualRange(place);
  return place;
}

function usualRange(place) {
  if (place.view === "failures") return "1h";
  return place.view === "refusals" || rareNames.some(name => place.filters[name]) ? "all" : "24h";
}

const instant = text => text && !isNaN(Date.parse(text)) ? new Date(text).toISOString() : "";

/// The ends of the place's time as the API takes them; absent where it has none.
function ends(place, now = Date.now()) {
  const seconds = ranges[place.range];
  if (seconds) return { from: new Date(now - seconds * 1000).toISOString() };
  if (place.range === "all") return {};
  return { ...(place.from && { from: place.from }), ...(place.to && { to: place.to }) };
}

/// Both ends in milliseconds for a chart, and its bucket; null where the time has no beginning.
function stretch(place, now = Date.now()) {
  const { from, to } = ends(place, now);
  if (!from) return null;
  const [start, end] = [Date.parse(from), to ? Date.parse(to) : now];
  if (!(start < end) || end - start > 2900 * 86400000) return null;
  const [bucket, seconds] = buckets.find(([, , most]) => (end - start) / 1000 <= most);
  return { start, end, from, to: new Date(end).toISOString(), bucket, step: seconds * 1000 };
}

/// Whether the place shows what happens now, so that looking again makes sense.
const isLive = place => !place.cursor && !place.to && place.filters.order !== "oldest";

/// The address of a place: what is given, and the language and theme of this one.
function address(parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, value);
  const here = new URLSearchParams(location.search);
  for (const name of ["lang", "theme"]) {
    if (!(name in parameters) && here.get(name)) query.set(name, here.get(name));
  }
  return location.pathname + (query.size ? "?" + query : "");
}

/// The address of this place with some parameters changed; an empty value removes one.
function changed(changes) {
  return address({ ...Object.fromEntries(new URLSearchParams(location.search)), ...changes });
}

/// Goes to an address of this page.
function go(to) {
  history.pushState(null, "", to);
  show();
}

const link = (to, attributes, ...children) => make("a", { href: to, ...attributes }, ...children);
