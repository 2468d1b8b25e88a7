import Crypto
package import Curl
import EventLoop
import JSON
import Relay
import TOP
import Time
package import Vault

/// Finds out why an app's calls fail. It calls harmless methods of TOP, through the same code as the relay: one for the
/// gateway, the clock, the key, the sign and the address, and one for each session.
///
/// Use it on the client's loop.
package struct Doctor {
    /// The method that tells TOP's time. It needs no session.
    static let timeMethod = "taobao.time.get"
    /// The method that tells who a session belongs to.
    static let sellerMethod = "taobao.user.seller.get"
    /// How long one request may take.
    private static let timeout = Duration.seconds(10)
    /// The difference of clocks that is still good. TOP accepts ten minutes.
    static let tolerableSeconds = 60

    private let client: CurlClient
    private let app: App
    private let signing: SigningApp
    private let sessions: [SellerSession]
    private let caFile: String?
    private let now: () -> Int64

    /// - Parameters:
    ///   - sessions: the sessions to check.
    ///   - defaultGatewayURL: the gateway of apps without one of their own.
    ///   - caFile: the trusted authorities; nil for those of the system.
    ///   - now: the wall clock in milliseconds since 1970.
    package init(
        client: CurlClient, app: App, sessions: [SellerSession], defaultGatewayURL: String, caFile: String?,
        now: @escaping () -> Int64
    ) {
        self.client = client
        self.app = app
        self.sessions = sessions
        self.caFile = caFile
        self.now = now
        signing = SigningApp(app, defaultGatewayURL: defaultGatewayURL)
    }

    /// Examines the app, and reports each finding at once.
    package func examine(_ report: (Finding) -> Void) async {
        guard app.isUsable else {
            return report(
                Finding(
                    .app, .fails,
                    "its secret or its proxy's password does not open with the master key: check the keys with "
                        + "`toprelay key check`, or put the secret again with `toprelay app put \(app.name)`"))
        }
        report(Finding(.app, .works, "\(app.name) has the app key \(app.appKey)"))
        let asked = now()
        let (reading, milliseconds) = await call(Self.timeMethod, [], session: nil)
        guard isReached(reading, milliseconds, report) else { return }
        reportSetUp(reading, asked: asked + milliseconds / 2, report)
        if sessions.isEmpty {
            report(Finding(.sessions, .works, "none is checked; `toprelay session put` adds one"))
        }
        for session in sessions { report(await finding(of: session)) }
    }

    private func call(
        _ method: String, _ parameters: [Parameter], session: Secret?
    ) async -> (GatewayReading, milliseconds: Int64) {
        let start = EventLoop.now()
        let request: CurlRequest
        do throws(CryptoError) {
            request = try signing.request(
                of: method, parameters, session: session, epochSeconds: Int(now() / 1000),
                deadline: start + Self.timeout.nanoseconds, caFile: caFile)
        } catch {
            return (.foreign("the request could not be signed: \(error)"), 0)
        }
        let result = await client.perform(request)
        let mask = SecretMask([app.secret] + (session.map { [$0] } ?? []))
        let reading = GatewayReading(result, method: method, form: signing.responseForm, hiding: mask)
        return (reading, Int64((EventLoop.now() - start) / 1_000_000))
    }
}

// MARK: - The gateway

extension Doctor {
    /// Reports proxy and gateway.
    /// - Returns: whether TOP's gateway answered.
    private func isReached(_ reading: GatewayReading, _ milliseconds: Int64, _ report: (Finding) -> Void) -> Bool {
        if case .nothing(let failure) = reading, case .proxy(let fault) = failure.kind {
            report(Finding(.proxy, .fails, Advice.text(for: fault, app: app)))
            report(Finding(.gateway, .unknown, "not checked, because the proxy makes no connection"))
            return false
        }
        if let proxy = app.proxy {
            report(Finding(.proxy, .works, "\(proxy.url.address) connects to the gateway"))
        }
        switch reading {
        case .nothing(let failure):
            report(Finding(.gateway, .fails, Advice.text(for: failure, gateway: signing.gatewayURL)))
            return false
        case .foreign(let what):
            report(
                Finding(
                    .gateway, .fails,
                    "\(signing.gatewayURL) is not TOP's gateway (\(what)): give the right address with "
                        + "`app put --gateway` or TOPRELAY_GATEWAY_URL"))
            return false
        case .broken(let status):
            report(
                Finding(
                    .gateway, .fails, "\(signing.gatewayURL) answers with HTTP status \(status): try again in a minute")
            )
            return false
        case .refusal, .response:
            report(Finding(.gateway, .works, "\(signing.gatewayURL) answers within \(milliseconds) ms"))
            return true
        }
    }

    /// Reports app key, clock, sign and address by what TOP said.
    private func reportSetUp(_ reading: GatewayReading, asked: Int64, _ report: (Finding) -> Void) {
        var refusal: (check: GatewayCheck, error: TOPError)?
        if case .refusal(let error) = reading { refusal = (GatewayCheck(refusing: error), error) }
        let subjects: [(Finding.Subject, GatewayCheck)] = [
            (.appKey, .appKey), (.clock, .clock), (.sign, .sign), (.address, .address),
        ]
        for (subject, check) in subjects {
            if let refusal, refusal.check == check {
                report(Finding(subject, .fails, Advice.text(for: check, refusal.error, app: app)))
            } else if let refusal, refusal.check < check {
                report(
                    Finding(
                        subject, .unknown, "not checked, because TOP refused the call before (\(refusal.error.words))"))
            } else if check == .clock {
                report(clock(reading, asked: asked))
            } else {
                report(Finding(subject, .works, "TOP accepts it"))
            }
        }
        guard let refusal, refusal.check == .other || refusal.check == .session else { return }
        report(
            Finding(
                .gateway, .fails,
                "TOP refuses `\(Self.timeMethod)` (\(refusal.error.words)): look the code up with `toprelay catalog errors`"
            ))
    }

    /// Compares the clocks.
    /// - Parameter asked: the wall clock in the middle of the call.
    private func clock(_ reading: GatewayReading, asked: Int64) -> Finding {
        guard case .response(let response) = reading, let text = response["time"]?.scalarText,
            let time = try? TOPTime.parse(text)
        else {
            return Finding(.clock, .works, "TOP accepts the time of the call, so it is less than 10 minutes off")
        }
        let difference = Int(asked / 1000) - time.epochSeconds
        guard abs(difference) <= Self.tolerableSeconds else {
            return Finding(
                .clock, .fails,
                "this machine's clock is \(abs(difference)) s \(difference > 0 ? "ahead of" : "behind") TOP's: set it "
                    + "with NTP; TOP refuses calls that are 10 minutes off")
        }
        return Finding(.clock, .works, "it differs from TOP's by \(abs(difference)) s")
    }
}

// MARK: - Sessions

extension Doctor {
    private func finding(of session: SellerSession) async -> Finding {
        let subject = Finding.Subject.session(seller: session.seller)
        guard session.isUsable else {
            return Finding(
                subject, .fails,
                "it does not open with the master key: check the keys with `toprelay key check`, or put "
                    + "the session again with `toprelay session put`")
        }
        guard !session.isExpired(at: now()) else {
            let end = session.expiresAt.map { RFC3339.text(epochMilliseconds: $0) } ?? ""
            return Finding(subject, .fails, "it expired at \(end): have the seller authorise the app again")
        }
        let (reading, _) = await call(
            Self.sellerMethod, [Parameter(name: "fields", value: "nick")], session: session.key)
        switch reading {
        case .response:
            let end = session.expiresAt.map { "until \(RFC3339.text(epochMilliseconds: $0))" } ?? "its end is not known"
            return Finding(subject, .works, "TOP accepts it; \(end)")
        case .refusal(let error): return finding(subject, error)
        case .nothing(let failure): return Finding(subject, .unknown, "not checked: \(failure)")
        case .foreign(let what): return Finding(subject, .unknown, "not checked: \(what)")
        case .broken(let status):
            return Finding(subject, .unknown, "not checked: TOP answered with HTTP status \(status)")
        }
    }

    private func finding(_ subject: Finding.Subject, _ error: TOPError) -> Finding {
        let check = GatewayCheck(refusing: error)
        switch check {
        case .session:
            return Finding(
                subject, .fails,
                "TOP does not accept it (\(error.words)): have the seller authorise the app again, and put the new session "
                    + "with `toprelay session put`")
        case .other:
            return Finding(
                subject, .unknown,
                "not checked: TOP refuses `\(Self.sellerMethod)` for another reason (\(error.words))")
        case .appKey, .clock, .sign, .address:
            return Finding(subject, .unknown, "not checked: \(Advice.text(for: check, error, app: app))")
        }
    }
}
