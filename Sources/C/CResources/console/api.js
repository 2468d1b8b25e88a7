"use strict";
// What the page asks of the relay: the audit trail over HTTP. The token is known here and nowhere else.

/// Why a question has no answer. `status` is the HTTP status, 0 when the relay could not be reached.
class Fault extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

const api = (() => {
  let token = null;

  async function ask(path, parameters = {}, { body, signal, by = token } = {}) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined && value !== "") query.set(name, value);
    const address = path + (query.size ? "?" + query : "");
    const headers = { Authorization: "Bearer " + by, Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    let answer, text;
    try {
      answer = await fetch(address, {
        method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body), signal, cache: "no-store",
        credentials: "omit", redirect: "error", referrerPolicy: "no-referrer", mode: "same-origin",
      });
      text = await answer.text();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Fault(0, "");
    }
    let value;
    try { value = JSON.parse(text); } catch { throw new Fault(answer.ok ? 0 : answer.status, ""); }
    if (!answer.ok) throw new Fault(answer.status, value.detail ?? "");
    return value;
  }

  return {
    get isSignedIn() { return token !== null; },

    /// Keeps a token that may read the trail; throws for any other.
    async signIn(text) {
      // A header takes visible ASCII; no token has anything else.
      if (!/^[\x21-\x7e]+$/.test(text)) throw new Fault(401, "");
      await ask("/v1/audit/calls", { limit: 1 }, { by: text });
      token = text;
    },

    signOut() { token = null; },

    calls: (parameters, signal) => ask("/v1/audit/calls", parameters, { signal }),

    call: (id, signal) => ask("/v1/audit/calls/" + encodeURIComponent(id), { include: "request,response" }, { signal }),

    addNote: (id, note) => ask("/v1/audit/calls/" + encodeURIComponent(id) + "/notes", {}, { body: note }),

    refusals: (parameters, signal) => ask("/v1/audit/refusals", parameters, { signal }),

    /// Aggregates, by one dimension or of all calls together.
    async stats({ from, to, bucket, dimension, measures, filters = {} }, signal) {
      const found = await ask("/v1/audit/stats", { from, to, bucket, dimensions: dimension, measures, ...filters }, { signal });
      return found.data;
    },
  };
})();
