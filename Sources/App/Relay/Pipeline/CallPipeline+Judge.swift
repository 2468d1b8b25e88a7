import Catalog
import Curl
import EventLoop

extension CallPipeline {
    /// The longest body, in bytes, that is judged on the loop. A body of 10 MiB takes a second to parse and mask.
    static let judgedOnLoopBytes = 256 << 10

    /// Whether a response is judged off the loop.
    func isLarge(_ result: CurlResult) -> Bool {
        guard case .answered(_, _, let body) = result.outcome else { return false }
        return body.count > Self.judgedOnLoopBytes
    }

    /// Judges TOP's response, or its absence.
    func judge(_ result: CurlResult, of call: PreparedCall) -> CallResult {
        CallResult.judge(
            result, hiding: mask(for: call), entry: call.entry, form: call.app.responseForm, mapped: call.mapped)
    }

    /// Judges a large response on the global pool, so that the other calls of the worker do not wait for it.
    /// - Parameter completion: called once, on the loop's thread.
    func judgeElsewhere(_ result: CurlResult, of call: PreparedCall, then completion: @escaping (CallResult) -> Void) {
        metrics.judgedOffLoop()
        let (mask, entry, form, mapped) = (mask(for: call), call.entry, call.app.responseForm, call.mapped)
        let (loop, completion) = (loop, LoopBound(completion, loop: loop))
        Task(executorPreference: globalConcurrentExecutor) {
            let callResult = CallResult.judge(result, hiding: mask, entry: entry, form: form, mapped: mapped)
            let bound = LoopBound(callResult, loop: loop)
            loop.execute { completion.value(bound.value) }
        }
    }
}
