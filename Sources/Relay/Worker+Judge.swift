import Catalog
import Curl

extension Worker {
    /// The largest body, in bytes, that is judged on the loop. A body of 10 MiB takes a second to parse and mask.
    static let judgedOnLoopBytes = 256 << 10

    /// Judges what came back from TOP. A large body is read and masked on the global pool, so that the other calls of
    /// the worker go on meanwhile.
    func judge(_ result: CurlResult, of call: PreparedCall) async -> Verdict {
        let (mask, entry, mapped) = (mask(for: call), call.request.entry, call.mapped)
        guard case .answered(_, _, let body) = result.outcome, body.count > Self.judgedOnLoopBytes else {
            return Verdict.judge(result.masked(by: mask), entry: entry, mapped: mapped)
        }
        meters.judgedOffLoop()
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            await Self.judgeElsewhere(result, mask, entry, mapped)
        }
    }

    @concurrent
    private static func judgeElsewhere(
        _ result: CurlResult, _ mask: SecretMask, _ entry: Entry, _ mapped: MappedCall
    ) async -> sending Verdict {
        Verdict.judge(result.masked(by: mask), entry: entry, mapped: mapped)
    }
}
