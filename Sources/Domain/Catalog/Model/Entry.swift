import Locks
package import TOP

/// A TOP method as data: its documentation page and the additions of its overlay.
package final class Entry: Sendable {
    /// Whether a call needs the seller's session key.
    package enum Session: String, Sendable, CaseIterable {
        /// Never sent without one.
        case required
        /// Sent with one if the seller is known.
        case optional
        /// Never sent with one.
        case none
    }

    /// The method's name: `tmall.aliauto.carprofile.sync`.
    package let method: String
    /// The page's title; empty if it has none.
    package let title: String
    /// The page's category; empty if it has none.
    package let category: String
    /// The page's description; empty if it has none.
    package let description: String
    /// The friendly path, `/v1/…`; nil if the method has none.
    package let path: String?
    /// Whether a call needs a session key.
    package let session: Session
    /// Whether the method only reads, so that repeating it is harmless. The default is that it writes.
    package let reads: Bool
    /// Whether its calls are about persons. The trail then masks the values of unknown members in responses and open
    /// requests.
    package let isPersonal: Bool
    /// The largest body of a call in bytes, if the entry allows more than the service's own limit.
    package let maximumBodyBytes: Int?
    /// The seconds that a call may take, if the entry limits them.
    package let timeoutSeconds: Int?
    /// The request's parameters in documented order.
    package let request: [Field]
    /// The response's parameters in documented order.
    package let response: [Field]
    /// The name of the response's JSON root: `tmall_aliauto_carprofile_sync_response`.
    package let responseRoot: String
    /// The path from the request's root to the field that makes the call repeatable; nil if there is none.
    package let idempotencyPath: [String]?

    /// Whether calls take any parameters, and show TOP's response as it is: ``raw``.
    package let isRaw: Bool
    /// Whether the catalog has the method.
    package let isKnown: Bool
    /// The entry that a raw one follows.
    private let base: Entry?
    private let rawEntry = LazyReference<Entry>()

    /// What the entry's `errors` say of sub_codes and codes.
    package let errorMeanings: [String: ErrorMeaning]

    private let compiler: LevelCompiler
    private let compiled = LazyReference<Level>()
    let outcome: OutcomeRules
    /// The number of lists of sent texts that the outcome's rules compare with the response.
    let expectationCount: Int
    private let compiledAnswer = LazyReference<ResponseLevel>()
    private let compiledJudgement = LazyReference<Judgement>()

    init(
        page: Page, overlay: Overlay, request: [Field], response: [Field], compiler: LevelCompiler,
        outcome: OutcomeRules,
        expectationCount: Int
    ) {
        method = page.method
        title = page.title
        category = page.category
        description = page.description
        path = overlay.path
        session = overlay.session ?? page.session
        reads = overlay.reads
        isPersonal = overlay.isPersonal
        maximumBodyBytes = overlay.maximumBodyBytes
        timeoutSeconds = overlay.timeoutSeconds
        self.request = request
        self.response = response
        responseRoot = page.responseRoot
        idempotencyPath = overlay.idempotency
        errorMeanings = overlay.errors
        self.compiler = compiler
        self.outcome = outcome
        self.expectationCount = expectationCount
        isRaw = false
        isKnown = true
        base = nil
    }

    /// An entry for raw calls.
    /// - Parameter base: the entry of the method, which decides masking and judgement; nil if the catalog has none.
    private init(rawCallsOf method: String, base: Entry?) {
        self.method = method
        title = base?.title ?? ""
        category = base?.category ?? ""
        description = base?.description ?? ""
        path = nil
        session = .optional
        reads = false
        isPersonal = base?.isPersonal ?? true
        maximumBodyBytes = base?.maximumBodyBytes
        timeoutSeconds = base?.timeoutSeconds
        request = base?.request ?? []
        response = base?.response ?? []
        responseRoot = base?.responseRoot ?? ResponseForm.rootName(of: method)
        idempotencyPath = nil
        errorMeanings = base?.errorMeanings ?? [:]
        compiler = base?.compiler ?? LevelCompiler(isOpen: true, idempotency: nil)
        outcome = base?.outcome ?? OutcomeRules()
        expectationCount = base?.expectationCount ?? 0
        isRaw = true
        isKnown = base != nil
        self.base = base
    }

    /// The entry for raw calls of the method: any parameters are taken, the call counts as a write, and masking and
    /// judgement follow the entry.
    package var raw: Entry { isRaw ? self : rawEntry.value { Entry(rawCallsOf: method, base: self) } }

    /// The entry for raw calls of a method that the catalog does not have. They are masked as those of a personal
    /// method.
    package static func raw(method: String) -> Entry { Entry(rawCallsOf: method, base: nil) }

    /// The method's name as a label of metrics: methods without an entry share one.
    package var label: String { isKnown ? method : "raw" }

    /// The seconds that an entry or a caller may set as a call's limit.
    package static let timeoutSeconds = 1...300

    /// The request, compiled on first use: few methods of a large catalog are called.
    var level: Level {
        if let base { return base.level }
        return compiled.value { compiler.level(request) }
    }

    /// The response, compiled on first use.
    var responseLevel: ResponseLevel {
        if let base { return base.responseLevel }
        return compiledAnswer.value { ResponseLevel(response) }
    }

    /// The judgement of responses apart from the entry's own rules, compiled on first use.
    var judgement: Judgement {
        if let base { return base.judgement }
        return compiledJudgement.value { Judgement(response: response, outcome: outcome) }
    }

    /// Whether the caller's request id makes repeating a call harmless.
    package var isIdempotent: Bool { idempotencyPath != nil }
}
