import Problems

extension ProblemType {
    /// The page's text in Chinese.
    var chinese: ProblemText {
        switch self {
        case .malformedRequest:
            ProblemText(
                title: "请求格式错误", cause: "请求体不是合法的 JSON 或 multipart/form-data，或者某个请求头、查询参数有误。",
                remedy: "按 detail 的说明修改请求。请求没有发往 TOP。")
        case .unauthenticated:
            ProblemText(
                title: "需要有效的令牌", cause: "缺少 Authorization 请求头，或者令牌不存在、已吊销、已过期。",
                remedy: "使用有效令牌：Authorization: Bearer TOKEN。令牌由运维人员用 toprelay token create 创建。")
        case .forbidden:
            ProblemText(
                title: "令牌没有此权限", cause: "令牌有效，但缺少所需的 scope，或者不允许使用该应用、方法或店铺。",
                remedy: "换用其他令牌，或向运维人员申请 detail 中所列的 scope。")
        case .notFound:
            ProblemText(
                title: "不存在", cause: "路径、TOP 方法或调用记录不存在。",
                remedy: "检查路径。TOP 方法不存在时，suggestions 列出最接近的名称；运维人员可以导入该方法的文档页。")
        case .methodNotAllowed:
            ProblemText(title: "不支持该 HTTP 方法", cause: "路径存在，但不支持该 HTTP 方法。", remedy: "使用响应头 Allow 中列出的方法。")
        case .conflict:
            ProblemText(
                title: "当前状态不允许此操作", cause: "中继的配置或已保存的数据不允许此操作，例如同名令牌已存在，或表已满。",
                remedy: "先按 detail 的说明修改，或换用其他名称，再重试。")
        case .preconditionFailed:
            ProblemText(
                title: "数据已被修改", cause: "已保存的数据不满足 If-Match 或 If-None-Match 的要求，没有作任何修改。",
                remedy: "重新读取，根据新的 ETag 决定后再修改。")
        case .payloadTooLarge:
            ProblemText(
                title: "请求体过大", cause: "请求体超过 1 MiB，或超过该方法条目的上限。",
                remedy: "减小请求体，或请运维人员在该方法的 overlay 中调大 max_body_bytes。")
        case .unsupportedMediaType:
            ProblemText(
                title: "不支持的媒体类型", cause: "请求体经过压缩、不是 UTF-8，或没有声明为 application/json。",
                remedy: "发送 UTF-8 的 JSON。只有带文件的方法才接受 multipart/form-data。")
        case .requestTimeout:
            ProblemText(title: "请求接收超时", cause: "请求没有在规定时间内到齐。", remedy: "一次性发送完整请求，并检查网络和代理是否过慢。")
        case .headersTooLarge:
            ProblemText(title: "请求头过大", cause: "请求头超过 32 KiB，或数量过多。", remedy: "减少或缩短请求头。")
        case .targetTooLong:
            ProblemText(title: "请求地址过长", cause: "请求地址超过 8 KiB。", remedy: "缩短查询参数。")
        case .expectationFailed:
            ProblemText(title: "无法满足 Expect", cause: "Expect 请求头不是 100-continue。", remedy: "去掉该请求头。")
        case .internalError:
            ProblemText(
                title: "中继内部错误", cause: "中继遇到未预料的错误，详情见日志。",
                remedy: "把 id 或 X-Request-Id 告知运维人员。重试之前先查询该调用的结果。")
        default: chineseOfCalls
        }
    }

    /// The same for problems of calls.
    private var chineseOfCalls: ProblemText {
        switch self {
        case .invalidParameters:
            ProblemText(
                title: "参数无效，请求没有发出", cause: "参数与接口文档不符。errors 列出每个错误的位置和代码。", remedy: "修正全部错误后重试。")
        case .idempotencyKeyReused:
            ProblemText(
                title: "幂等键已用于其他调用", cause: "该 Idempotency-Key 属于另一个调用，其参数、文件或店铺不同。",
                remedy: "新的调用请使用新的键；重试时请发送完全相同的请求。")
        case .idempotencyInProgress:
            ProblemText(
                title: "相同幂等键的调用正在进行", cause: "使用该 Idempotency-Key 的调用尚未结束。", remedy: "等待 Retry-After 后，重发相同的请求。")
        case .idempotencyUnknown:
            ProblemText(
                title: "首次调用的结果未知", cause: "无法确定使用该 Idempotency-Key 的首次调用是否已执行。",
                remedy: "先在 TOP 侧核实，再添加备注把该调用标为 done 或 not_done，然后重试。")
        case .rejectedByTOP:
            ProblemText(
                title: "TOP 拒绝了该调用", cause: "TOP 不接受该调用的内容。top 中有 code 和 sub_code。", remedy: "按 top 的说明修改请求。原样重试仍会被拒绝。")
        case .sessionInvalid:
            ProblemText(
                title: "店铺没有可用的授权", cause: "店铺未知，或其授权（SessionKey）缺失、过期或已被取消。",
                remedy: "请店铺重新授权，再用 toprelay session put 保存新的 SessionKey。")
        case .throttled:
            ProblemText(title: "调用被限流", cause: "达到 TOP 或令牌的流量限制，或 TOP 的封禁尚未结束。", remedy: "等待 Retry-After 后重试。")
        case .relayMisconfigured:
            ProblemText(
                title: "中继配置有误", cause: "TOP 不接受应用的 AppKey、签名、时间、IP 或权限，或者网关地址不正确。", remedy: "请联系运维人员。配置修正之前重试无效。")
        case .topError:
            ProblemText(title: "TOP 出错，操作没有执行", cause: "TOP 处理失败，可以确定操作没有执行。", remedy: "可以重试。")
        case .topUnreachable:
            ProblemText(
                title: "无法连接 TOP，请求没有发出", cause: "发送之前连接失败：域名解析、网络、TLS 或代理。", remedy: "可以重试；若持续出现，请联系运维人员。")
        case .auditUnavailable:
            ProblemText(
                title: "审计记录不可用", cause: "审计记录暂时无法读写。没有落库的调用，中继不会发送。", remedy: "等待 Retry-After 后重试。请求没有发往 TOP。")
        case .overloaded:
            ProblemText(title: "中继过载，请求没有发出", cause: "该副本正在处理的调用或请求体过多。", remedy: "等待 Retry-After 后重试。")
        case .paused:
            ProblemText(
                title: "应用已暂停，请求没有发出", cause: "运维人员暂停了该应用或该方法的调用。", remedy: "等待 Retry-After 后重试。运维人员恢复之后调用即可通过。")
        case .draining:
            ProblemText(title: "副本正在停止，请求没有发出", cause: "该副本正在停止。", remedy: "直接重试，其他副本会处理。")
        default:
            ProblemText(
                title: "结果未知", cause: "请求已发送，但没有收到可用的响应。TOP 可能已经执行。",
                remedy: "仅当 retryable 为 true 时重试，否则先在 TOP 侧核实。")
        }
    }
}
