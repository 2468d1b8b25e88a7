import Synchronization

/// A TOP method as data: what its documentation page says, and what the entry's overlay adds.
public final class Entry: Sendable {
    /// Whether a call needs the seller's session key.
    public enum Session: String, Sendable, CaseIterable {
        /// Never sent without one.
        case required
        /// Sent with one where the seller is known.
        case optional
        /// Never sent with one.
        case none
    }

    /// The method's name: `tmall.aliauto.carprofile.sync`.
    public let method: String
    /// The page's title; empty if it has none.
    public let title: String
    /// The page's category; empty if it has none.
    public let category: String
    /// The page's description; empty if it has none.
    public let description: String
    /// The friendly path, `/v1/…`; nil if the method has none.
    public let path: String?
    /// Whether a call needs a session key.
    public let session: Session
    /// Whether the method only reads, so that repeating it does no harm. Methods write unless their entry says so.
    public let reads: Bool
    /// Whether its calls are about persons: of an answer, and of an open request, the trail then shows the values of no
    /// member that the entry does not know.
    public let isPersonal: Bool
    /// The largest body of a call in bytes, where the entry allows more than the service's own limit.
    public let maximumBodyBytes: Int?
    /// The request's parameters in documented order.
    public let request: [Field]
    /// The answer's parameters in documented order.
    public let response: [Field]
    /// The name that the answer's JSON root has: `tmall_aliauto_carprofile_sync_response`.
    public let responseRoot: String
    /// The names from the request's root to the field that makes the call repeatable; nil if there is none.
    public let idempotencyPath: [String]?

    private let compiler: LevelCompiler
    private let compiled = AtomicLazyReference<Level>()
    let outcome: Outcome
    /// How many lists of sent texts the outcome's rules compare with the answer.
    let expectationCount: Int
    private let compiledAnswer = AtomicLazyReference<AnswerLevel>()
    private let compiledJudgement = AtomicLazyReference<Judgement>()

    init(
        page: Page, overlay: Overlay, request: [Field], response: [Field], compiler: LevelCompiler, outcome: Outcome,
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
        self.request = request
        self.response = response
        responseRoot = page.responseRoot
        idempotencyPath = overlay.idempotency
        self.compiler = compiler
        self.outcome = outcome
        self.expectationCount = expectationCount
    }

    /// The request, compiled: on first use, because a catalog of thousands has few methods that are called.
    var level: Level {
        compiled.load() ?? compiled.storeIfNil(compiler.level(request))
    }

    /// The answer, compiled on first use.
    var answerLevel: AnswerLevel {
        compiledAnswer.load() ?? compiledAnswer.storeIfNil(AnswerLevel(response))
    }

    /// How responses are judged beside the entry's own rules, compiled on first use.
    var judgement: Judgement {
        compiledJudgement.load()
            ?? compiledJudgement.storeIfNil(Judgement(response: response, outcome: outcome))
    }

    /// Whether a request id of the caller's makes repeating a call harmless.
    public var isIdempotent: Bool { idempotencyPath != nil }
}
