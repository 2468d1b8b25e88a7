"use strict";
// What the page says, in both languages. {0} is replaced by a value.

const words = {
  en: {
    skip: "Skip to the content", allCalls: "All calls", searchLabel: "What do you look for?",
    searchPlaceholder: "What do you look for? An id, a document, name:value …  ( / )",
    themeLabel: "Switch between dark and light", otherLanguage: "中文", otherLanguageLabel: "切换到中文", signOut: "Sign out",
    questions: "Questions", tryAgain: "Try again",
    signInTitle: "Sign in", signInText: "This page shows the audit trail. It takes a token with the scope audit:read.",
    token: "Token", signIn: "Sign in",
    signInKept: "The token stays in the memory of this tab: reloading or closing the tab signs you out.",
    tokenWrong: "This token is not known, or no longer valid. Check that all of it was copied.",
    tokenScope: "The token is known, but lacks the scope audit:read. Ask for one that has it.",
    tokenEnded: "The token is no longer accepted. Sign in with another one.",
    timeRange: "Time", r15m: "15 min", r1h: "1 h", r6h: "6 h", r24h: "24 h", r7d: "7 d", r30d: "30 d", rall: "All",
    own: "From … to", from: "From", to: "To", apply: "Apply", clear: "Clear",
    traffic: "Calls by outcome", durations: "Duration", outcomes: "Outcomes", filters: "Filters",
    filtersInForce: "Filters in force", remove: "Remove the filter {0}", refresh: "Refresh every 5 s", calls: "Calls",
    pages: "Pages", firstPage: "First page", prevPage: "← Previous", nextPage: "Next →",
    goOn: "Go on looking", scannedUntil: "Looked through the calls as far as {0}; there may be more beyond.",
    unknownCalls: "Unknown, not settled", acceptedCalls: "Accepted, no result yet", failures: "Failures by sub_code",
    slowCalls: "Slow calls", refusals: "Why did it not go out?",
    bySubCode: "By sub_code", byOutcome: "By outcome", noSubCode: "no sub_code", count: "Calls", share: "Share",
    refusalsText: "Requests that never became calls: refused before anything was sent. Kept for 7 days, as far as possible.",
    time: "Time", at: "Received", method: "Method", outcome: "Outcome", seller: "Seller", app: "App", caller: "Caller",
    sellerApp: "Seller · app", status: "HTTP status", code: "Code", sub_code: "Sub-code", refs: "Documents",
    duration: "Duration", ref: "Document (Top-Ref)", key: "Business key (name:value)", type: "Problem",
    top_request_id: "TOP request id", client_request_id: "X-Request-Id", min_duration_ms: "At least (ms)",
    order: "Order", newest: "Newest first", oldest: "Oldest first", settled: "Settled", none: "not settled",
    done: "done", not_done: "not done", sibling_of: "Siblings of call", any: "any", pointers: "Places",
    shown: "{0} calls", shownMore: "{0} calls, and more", newCalls: "{0} calls, {1} new", nothing: "No calls match.",
    nothingHint: "Take a longer time or fewer filters.", noRefusals: "No refusals match.", loading: "Loading …",
    noFailures: "Nothing failed in this time.", failuresSum: "{0} of {1} calls failed.", refusalsShown: "{0} refusals",
    sumOf: "{0} calls, {1} failed", chartOf: "{0}, {1} calls", noCalls: "no calls", without: "without the filter: {0}", lately: "p95 lately {0}",
    chartLabel: "Calls over time by outcome. {0}", durationLabel: "Duration over time. {0}",
    p50: "half within", p95: "95 % within", p99: "99 % within", zoomHint: "Click a bar to look at its time.",
    close: "Close (Esc)", call: "Call", callOf: "Call of {0}", facts: "Facts", timeline: "Timeline", request: "Request",
    response: "Answer", notes: "Notes", addNote: "Add a note", noteText: "What do you know about this call?",
    justNote: "Only a note", wasDone: "Settle: it was done", wasNotDone: "Settle: it was not done", save: "Save",
    noNotes: "No notes yet.", noteSaved: "The note is saved.", settledDone: "settled: done",
    settledNotDone: "settled: not done", unknownHelp: "It is not known whether TOP did this. Find out, then settle it here.",
    received: "Received", durable: "Intent durable", sent: "Sent to TOP", answered: "Answer of TOP",
    noResponse: "No response from TOP", trace_id: "Trace id", judged: "Judged",
    notJudged: "no: nothing in the answer told success", erased_at: "Erased", repeat_of: "Repeats call",
    recorded: "Answer ready, recorded", reconciled: "Closed as unknown: the replica left no result",
    stillOpen: "Still open", neverSent: "Not sent", waitAudit: "Record", waitOwn: "Relay", waitTOP: "TOP",
    id: "Id", finished_at: "Ready", message: "Message", request_id: "Idempotency id", attempts: "Times sent",
    request_bytes: "Bytes sent", response_bytes: "Bytes received", retryable: "Safe to repeat", yes: "yes", no: "no",
    keysCut: "The call touches more things than are kept for the search.", copy: "Copy", copied: "Copied",
    readable: "Readable", asRecorded: "As recorded", cut: "cut", cutHelp: "This text was too long and is cut at its end.",
    noText: "Nothing is kept: none there was, or its time is over.", jsonText: "a text that holds JSON",
    siblingsByKey: "Calls that share a business key", siblingsByRef: "Calls of document {0}", noSiblings: "None.",
    inList: "All in the list", dateOf: "Date",
    lookAs: "Look for it as", asID: "Call {0}", refusalsOf: "refusals of this document",
    refusalsOfRequest: "refusals of this X-Request-Id", why: "Reason",
    keys: "Keys: / search · j k rows · Enter open · Esc close.", zone: "Times are in {0}.",
    fault401: "The token is no longer accepted.", fault403: "The token may not do this.",
    fault403Help: "It lacks a scope: audit:read to look at calls, audit:note to write notes.",
    fault404: "There is no such call.", fault404Help: "Its id may be misspelt, or its time in the trail is over.",
    fault400: "The relay does not understand the question.", fault503: "The trail cannot be read now.",
    fault503Help: "The database is away or overloaded. What is shown stays; it is tried again by itself.",
    fault422: "This is not accepted.", faultNet: "The relay cannot be reached.",
    faultNetHelp: "Check the network or the VPN. What is shown stays; it is tried again by itself.",
    faultOther: "The relay answered with an error ({0}).", faultOtherHelp: "Try again; if it stays, tell the operator.",
  },
  zh: {
    skip: "跳到内容", allCalls: "全部调用", searchLabel: "您在找什么？",
    searchPlaceholder: "您在找什么？调用编号、单据号、名称:值 …  ( / )",
    themeLabel: "切换深色与浅色", otherLanguage: "English", otherLanguageLabel: "Switch to English", signOut: "退出",
    questions: "常见问题", tryAgain: "重试",
    signInTitle: "登录", signInText: "此页面展示审计记录，需要具有 audit:read 权限的令牌。",
    token: "令牌", signIn: "登录", signInKept: "令牌只保存在此标签页的内存中：刷新或关闭标签页即退出。",
    tokenWrong: "令牌不存在或已失效。请检查是否完整复制。",
    tokenScope: "令牌有效，但没有 audit:read 权限。请申请具有该权限的令牌。",
    tokenEnded: "令牌不再被接受。请使用其他令牌登录。",
    timeRange: "时间", r15m: "15 分钟", r1h: "1 小时", r6h: "6 小时", r24h: "24 小时", r7d: "7 天", r30d: "30 天",
    rall: "全部", own: "自定时间", from: "从", to: "到", apply: "应用", clear: "清除",
    traffic: "按结果统计的调用", durations: "耗时", outcomes: "结果", filters: "筛选", filtersInForce: "当前筛选",
    remove: "移除筛选 {0}", refresh: "每 5 秒刷新", calls: "调用", pages: "分页", firstPage: "首页",
    prevPage: "← 上一页", nextPage: "下一页 →", goOn: "继续查找", scannedUntil: "已查找到 {0}，之后可能还有。",
    unknownCalls: "结果未知且未确认", acceptedCalls: "已受理但无结果", failures: "按 sub_code 统计的失败", slowCalls: "慢调用",
    refusals: "为什么没有发出？", bySubCode: "按 sub_code", byOutcome: "按结果", noSubCode: "无 sub_code",
    count: "调用数", share: "占比", refusalsText: "从未成为调用的请求：在发送之前即被拒绝。尽可能保留 7 天。",
    time: "时间", at: "收到时间", method: "方法", outcome: "结果", seller: "卖家", app: "应用", caller: "调用方",
    sellerApp: "卖家 · 应用", status: "HTTP 状态", code: "错误码", sub_code: "子错误码", refs: "单据号", duration: "耗时",
    ref: "单据号 (Top-Ref)", key: "业务键（名称:值）", type: "问题", top_request_id: "TOP 请求编号",
    client_request_id: "X-Request-Id", min_duration_ms: "至少（毫秒）", order: "排序", newest: "从新到旧",
    oldest: "从旧到新", settled: "确认", none: "未确认", done: "已执行", not_done: "未执行", sibling_of: "相关调用",
    any: "不限", pointers: "位置",
    shown: "{0} 条调用", shownMore: "{0} 条调用，还有更多", newCalls: "{0} 条调用，新增 {1} 条", nothing: "没有符合条件的调用。",
    nothingHint: "请延长时间或减少筛选。", noRefusals: "没有符合条件的拒绝记录。", loading: "正在加载 …",
    noFailures: "这段时间内没有失败。", failuresSum: "{1} 条调用中有 {0} 条失败。", refusalsShown: "{0} 条拒绝记录",
    sumOf: "{0} 条调用，{1} 失败", chartOf: "{0}，{1} 条调用", noCalls: "无调用", without: "未按此筛选：{0}", lately: "最近 p95 {0}",
    chartLabel: "按时间和结果统计的调用。{0}", durationLabel: "按时间统计的耗时。{0}",
    p50: "一半在此之内", p95: "95 % 在此之内", p99: "99 % 在此之内", zoomHint: "点击柱形查看该时段。",
    close: "关闭 (Esc)", call: "调用", callOf: "{0} 的调用", facts: "概要", timeline: "时间线", request: "请求",
    response: "应答", notes: "备注", addNote: "添加备注", noteText: "关于此调用您知道什么？", justNote: "仅备注",
    wasDone: "确认：已执行", wasNotDone: "确认：未执行", save: "保存", noNotes: "暂无备注。", noteSaved: "备注已保存。",
    settledDone: "已确认：已执行", settledNotDone: "已确认：未执行",
    unknownHelp: "不清楚 TOP 是否执行了此调用。请核实后在此确认。",
    received: "收到", durable: "意向已落库", sent: "发往 TOP", answered: "TOP 应答",
    noResponse: "TOP 未应答", trace_id: "链路编号", judged: "结果判定", notJudged: "未判定：应答中没有成功标志", erased_at: "删除时间", repeat_of: "重试的调用", recorded: "应答就绪并记录",
    reconciled: "已关闭为未知：副本未留下结果", stillOpen: "仍在进行", neverSent: "未发出", waitAudit: "记录",
    waitOwn: "中继", waitTOP: "TOP",
    id: "编号", finished_at: "就绪时间", message: "消息", request_id: "幂等编号", attempts: "发送次数",
    request_bytes: "发送字节", response_bytes: "接收字节", retryable: "可安全重试", yes: "是", no: "否",
    keysCut: "此调用涉及的对象多于可供搜索的数量。", copy: "复制", copied: "已复制", readable: "易读",
    asRecorded: "原文", cut: "已截断", cutHelp: "此文本过长，末尾已截断。", noText: "没有保存：本来就没有，或已过保留期。",
    jsonText: "内含 JSON 的文本", siblingsByKey: "共用业务键的调用", siblingsByRef: "单据 {0} 的调用", noSiblings: "无。",
    inList: "在列表中查看全部", dateOf: "日期", lookAs: "查找方式", asID: "调用 {0}", refusalsOf: "此单据的拒绝记录",
    refusalsOfRequest: "此 X-Request-Id 的拒绝记录", why: "原因",
    keys: "快捷键：/ 搜索 · j k 移动 · Enter 打开 · Esc 关闭。", zone: "时间按 {0} 显示。",
    fault401: "令牌不再被接受。", fault403: "此令牌无权进行该操作。", fault403Help: "缺少权限：查看调用需要 audit:read，添加备注需要 audit:note。",
    fault404: "没有这个调用。", fault404Help: "编号可能有误，或已过保留期。", fault400: "中继无法理解该查询。",
    fault503: "暂时无法读取审计记录。", fault503Help: "数据库不可用或过载。已显示的内容会保留，并会自动重试。",
    fault422: "未被接受。", faultNet: "无法连接中继。", faultNetHelp: "请检查网络或 VPN。已显示的内容会保留，并会自动重试。",
    faultOther: "中继返回错误 ({0})。", faultOtherHelp: "请重试；如仍失败，请联系运维。",
  },
};

const outcomeWords = {
  success: "成功", accepted: "已受理", partial: "部分成功", business_failure: "业务失败", rejected: "被拒绝",
  session_invalid: "会话失效", throttled: "被限流", misconfigured: "配置错误", platform_error: "平台错误",
  not_sent: "未发出", unknown: "结果未知", open: "进行中",
};
const outcomes = Object.keys(outcomeWords);

let language = "en";

/// The words of a name in the language in force.
function t(name, ...values) {
  const text = Object.hasOwn(words.en, name) ? words[language][name] : name;
  return text.replace(/\{(\d)\}/g, (_, index) => values[index] ?? "");
}

function outcomeWord(outcome) {
  if (language === "zh" && Object.hasOwn(outcomeWords, outcome)) return outcomeWords[outcome];
  return String(outcome).replaceAll("_", " ");
}

/// Puts the words of the language in force wherever the document names them.
function applyWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  }
  for (const element of document.querySelectorAll("[data-t-placeholder]")) {
    element.placeholder = t(element.dataset.tPlaceholder);
  }
}
