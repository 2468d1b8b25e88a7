internal import CLibcurl
public import EventLoop

/// POSTs over libcurl's multi interface, driven by an event loop: thousands of transfers wait at once for nothing.
///
/// One client a worker, on its loop's thread only (checked). It has its own connections, kept open between calls. It
/// limits neither calls nor connections in flight: whoever calls it does, before the call is recorded. `shutdown()`
/// ends it.
public final class CurlClient {
    /// Limits that hold for all requests of a client.
    public struct Settings: Sendable {
        /// How many connections without a call are kept open.
        public var maximumIdleConnections = 256
        /// How many easy handles without a call are kept, of some 40 KB each.
        public var maximumIdleTransfers = 64
        /// How many distinct sets of header lines are kept ready.
        public var maximumHeaderLists = 64
        /// How many distinct URLs are kept ready.
        public var maximumURLs = 64
        /// How long a connection may have been idle and still be used; servers close idle ones.
        public var idleConnectionAge = Duration.seconds(15)
        /// How old a connection may be and still be used, so that a change of addresses is followed.
        public var connectionLifetime = Duration.seconds(300)
        /// How long an address is believed.
        public var addressCache = Duration.seconds(60)
        /// How long a CA file that was read is used; reading one takes milliseconds, on the loop's thread.
        public var authorityCache = Duration.seconds(3600)

        /// The default of each.
        public init() {}
    }

    /// The loop that drives the client.
    public let loop: EventLoop
    /// Requests under way.
    public var inFlight: Int { busy.count }

    let settings: Settings
    private let trust: CurlLibrary.Trust
    let multi: UnsafeMutableRawPointer
    let sockets: SocketTable
    var alarm = CurlAlarm()
    private var busy: [Transfer] = []
    private var idle: [Transfer] = []
    private var headerLists: [[String]: HeaderList] = [:]
    private var lastHeaders: HeaderList?
    private var urls: [String: ParsedURL] = [:]
    private var isShutDown = false

    /// libcurl's version and that of its TLS library.
    public static var libraryVersion: String { CurlLibrary.version }

    /// A client for the loop; it may be made on any thread.
    ///
    /// Throws if libcurl is too old, or built without asynchronous DNS, TLS or gzip.
    public init(loop: EventLoop, settings: Settings = Settings()) throws(CurlError) {
        trust = try CurlLibrary.setUp()
        guard let multi = curl_multi_init() else { throw .setUpFailed("out of memory") }
        self.loop = loop
        self.settings = settings
        self.multi = multi
        sockets = SocketTable(loop: loop)
        guard Transfer(trust: trust, sockets: sockets, settings: settings) != nil else {
            throw .setUpFailed("an option is refused")
        }
        guard setMultiOptions() else { throw .setUpFailed("an option of the multi handle is refused") }
    }

    deinit {
        // Transfers first: a multi handle must not have any.
        idle = []
        multi_set_socket(multi, nil, nil)
        multi_set_timer(multi, nil, nil)
        curl_multi_cleanup(multi)
    }

    /// Sends a request once and returns what became of it: always, at the deadline at the latest. Cancelling the task
    /// changes nothing, as what was sent cannot be taken back.
    ///
    /// Call it from a task started with `Task(executorPreference:)` of the loop: a continuation wakes any other task on
    /// the global pool first, which then hops to its actor on the loop: two wake-ups and some 5 µs a call.
    public func perform(_ request: CurlRequest) async -> CurlResult {
        precondition(loop.isOnLoop, "called off the event loop's thread")
        return await withUnsafeContinuation { start(request, $0) }
    }

    /// Ends the requests under way with a failure of kind `shutDown`, and refuses further ones. Idle connections are
    /// closed when the client is released. On the loop's thread.
    public func shutdown() {
        precondition(loop.isOnLoop, "called off the event loop's thread")
        isShutDown = true
        while let transfer = busy.last {
            finish(transfer, CURLE_ABORTED_BY_CALLBACK)
        }
        idle = []
        alarm.cancel()
        sockets.cancelAll()
    }

    private func start(_ request: CurlRequest, _ continuation: UnsafeContinuation<CurlResult, Never>) {
        let now = EventLoop.now()
        guard !isShutDown else { return continuation.resume(returning: refusal(CURLE_ABORTED_BY_CALLBACK, request)) }
        guard request.deadline > now else {
            return continuation.resume(returning: refusal(CURLE_OPERATION_TIMEDOUT, request))
        }
        guard let headers = headerList(request.headers) else {
            return continuation.resume(returning: refusal(CURLE_BAD_FUNCTION_ARGUMENT, request))
        }
        guard let transfer = idle.popLast() ?? Transfer(trust: trust, sockets: sockets, settings: settings) else {
            return continuation.resume(returning: refusal(CURLE_OUT_OF_MEMORY, request))
        }
        let parts = transfer.url == request.url ? transfer.parts : parsed(request.url)
        let code = transfer.prepare(request, parts, headers, now: now)
        guard code == CURLE_OK else { return continuation.resume(returning: refusal(code, request)) }
        guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            return continuation.resume(returning: refusal(CURLE_FAILED_INIT, request))
        }
        transfer.continuation = continuation
        transfer.place = busy.count
        busy.append(transfer)
        // Adding has set the alarm to "now".
        settle()
    }

    /// A result for a request of which nothing was sent.
    private func refusal(_ code: CURLcode, _ request: CurlRequest) -> CurlResult {
        CurlResult(
            outcome: .failed(CurlFailure(FailedTransfer(code: code, url: request.url, isShutDown: isShutDown))),
            bodyWasAskedFor: false)
    }

    /// Takes what has ended out of libcurl. Its tasks go on after this turn's events.
    func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = Transfer.of(easy)
            else { continue }
            finish(transfer, message.pointee.data.result)
        }
    }

    private func finish(_ transfer: Transfer, _ code: CURLcode) {
        let result = transfer.takeResult(code, isShutDown: isShutDown)
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.dropBody()
        let last = busy.removeLast()
        if last !== transfer {
            last.place = transfer.place
            busy[transfer.place] = last
        }
        transfer.place = -1
        // A handle that failed is not used again, so that nothing of the failure stays.
        if code == CURLE_OK, idle.count < settings.maximumIdleTransfers { idle.append(transfer) }
        let continuation = transfer.continuation
        transfer.continuation = nil
        continuation?.resume(returning: result)
    }

    private func headerList(_ lines: [String]) -> HeaderList? {
        if let lastHeaders, lastHeaders.lines == lines { return lastHeaders }
        if let known = headerLists[lines] {
            lastHeaders = known
            return known
        }
        guard let made = HeaderList(lines) else { return nil }
        // Transfers keep the lists that they use.
        if headerLists.count >= settings.maximumHeaderLists { headerLists.removeAll() }
        headerLists[lines] = made
        lastHeaders = made
        return made
    }

    /// The parts of a URL; nil where it is none.
    private func parsed(_ url: String) -> ParsedURL? {
        if let known = urls[url] { return known }
        guard let made = ParsedURL(url) else { return nil }
        // Transfers keep the URLs that they use.
        if urls.count >= settings.maximumURLs { urls.removeAll() }
        urls[url] = made
        return made
    }
}
