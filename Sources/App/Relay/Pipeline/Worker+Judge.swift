import Catalog
import Curl
import TOP

extension Worker {
    /// The largest body, in bytes, that is judged on the loop. A body of 10 MiB takes a second to parse and mask.
    static let judgedOnLoopBytes = 256 << 10

    /// Judges what came back from TOP. A large body is read and masked on the global pool, so that the other calls of
    /// the worker go on meanwhile.
    func judge(_ result: CurlResult, of call: PreparedCall) async -> Verdict {
        guard case .answered(_, _, let body) = result.outcome, body.count > Self.judgedOnLoopBytes else {
            return judgeHere(result, of: call)
        }
        return await judgeElsewhere(result, of: call)
    }

    /// Not inlined, for the sake of the task's frame: see `Worker+Call`.
    @inline(never)
    private func judgeHere(_ result: CurlResult, of call: PreparedCall) -> Verdict {
        Verdict.judge(result.masked(by: mask(for: call)), entry: call.request.entry, form: call.app.responseForm,
            mapped: call.mapped)
    }

    private func judgeElsewhere(_ result: CurlResult, of call: PreparedCall) async -> Verdict {
        meters.judgedOffLoop()
        let (mask, entry, form, mapped) = (mask(for: call), call.request.entry, call.app.responseForm, call.mapped)
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            await Self.judgeElsewhere(result, mask, entry, form, mapped)
        }
    }

    @concurrent
    private static func judgeElsewhere(
        _ result: CurlResult, _ mask: SecretMask, _ entry: Entry, _ form: ResponseForm, _ mapped: MappedCall
    ) async -> sending Verdict {
        Verdict.judge(result.masked(by: mask), entry: entry, form: form, mapped: mapped)
    }
}
