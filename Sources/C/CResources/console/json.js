"use strict";
// JSON for reading. Nothing is parsed into values: digits, escapes and the order of members stay as they were written.

// Unrolled, so that a text of a megabyte is read without a step back for each of its characters.
const jsonPattern = new RegExp([
  /[ \t\r\n]+/, /([{}[\],:])/, /("[^"\\\u0000-\u001f]*(?:\\(?:["\\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*")/,
  /(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)/, /(true|false|null)/,
].map(part => part.source).join("|"), "y");

/// The tokens of a JSON text: [kind, text]. `isWhole` says whether the text is one JSON value and nothing else.
function jsonTokens(text) {
  const tokens = [];
  const pattern = new RegExp(jsonPattern);
  let end = 0;
  while (pattern.lastIndex < text.length) {
    end = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) { pattern.lastIndex = text.length; break; }
    end = pattern.lastIndex;
    if (match[1]) tokens.push(["mark", match[1]]);
    else if (match[2]) tokens.push(["string", match[2]]);
    else if (match[3]) tokens.push(["number", match[3]]);
    else if (match[4]) tokens.push(["word", match[4]]);
  }
  if (end < text.length) tokens.push(["rest", text.slice(end)]);
  return { tokens, isWhole: end === text.length && isOneValue(tokens) };
}

/// Whether tokens make one JSON value. Iterative, for depth is the sender's choice.
function isOneValue(tokens) {
  const open = [];
  let wants = "value";
  for (const [kind, text] of tokens) {
    const isValue = kind === "string" || kind === "number" || kind === "word";
    if (wants === "end") return false;
    if (wants === "colon") {
      if (text !== ":") return false;
      wants = "value";
      continue;
    }
    if (wants === "comma") {
      if (text === ",") { wants = open.at(-1) === "{" ? "name" : "value"; continue; }
      if (text !== (open.at(-1) === "{" ? "}" : "]")) return false;
      open.pop();
    } else if ((wants === "name" || wants === "first name") && kind === "string") {
      wants = "colon";
      continue;
    } else if (wants === "first name" && text === "}" || wants === "first value" && text === "]") {
      open.pop();
    } else if (wants === "name" || wants === "first name") {
      return false;
    } else if (kind === "mark" && (text === "{" || text === "[")) {
      open.push(text);
      wants = text === "{" ? "first name" : "first value";
      continue;
    } else if (!isValue) {
      return false;
    }
    wants = open.length ? "comma" : "end";
  }
  return wants === "end";
}

/// The most characters whose tokens are coloured; more would make the page slow.
const mostColoured = 200000;

/// Shows a recorded text in a `pre`: with a line for each member where it is JSON, and as it is where not.
/// Returns whether all of it could be read.
function showJSON(pre, text) {
  const { tokens, isWhole } = jsonTokens(text);
  if (!tokens.length || !["{", "["].includes(tokens[0][1])) {
    pre.replaceChildren(visible(text));
    return true;
  }
  const printer = new JSONPrinter(text.length <= mostColoured);
  printer.print(tokens, 0, 0);
  pre.replaceChildren(printer.result());
  return isWhole;
}

class JSONPrinter {
  constructor(isColoured) {
    this.isColoured = isColoured;
    this.fragment = document.createDocumentFragment();
    this.plain = "";
  }

  put(kind, text) {
    const shown = visible(text);
    if (!this.isColoured || kind === "mark") { this.plain += shown; return; }
    this.flush();
    this.fragment.append(make("span", { class: "j-" + kind }, shown));
  }

  flush() {
    if (this.plain) this.fragment.append(this.plain);
    this.plain = "";
  }

  result() {
    this.flush();
    return this.fragment;
  }

  line(depth) { this.plain += "\n" + "  ".repeat(Math.min(depth, 40)); }

  print(tokens, depth, level) {
    for (let index = 0; index < tokens.length; index++) {
      const [kind, text] = tokens[index];
      const before = tokens[index - 1]?.[1];
      if (text === "}" || text === "]") {
        depth = Math.max(0, depth - 1);
        if (before !== "{" && before !== "[") this.line(depth);
      } else if (before === "{" || before === "[") {
        this.line(depth);
      }
      if (kind === "string" && tokens[index + 1]?.[1] === ":") this.put("name", text);
      else if (kind === "string") this.string(text, depth, level);
      else this.put(kind, text);
      if (text === "{" || text === "[") depth++;
      if (kind === "mark" && text === ",") this.line(depth);
      if (kind === "mark" && text === ":") this.plain += " ";
    }
  }

  /// TOP takes many objects as texts that hold JSON: they are laid open, and marked as what they are.
  string(text, depth, level) {
    const inner = level < 3 && /^"\s*[{\[]/.test(text) ? JSON.parse(text) : "";
    const { tokens, isWhole } = inner ? jsonTokens(inner) : { tokens: [], isWhole: false };
    if (!isWhole || tokens.length <= 2) return this.put("string", text);
    this.flush();
    this.fragment.append(make("span", { class: "j-text", title: t("jsonText") }, "JSON"));
    this.plain += " ";
    this.print(tokens, depth, level + 1);
  }
}
